import { topic } from "./topic.ts";

export const MAKING = [
  topic(
    "film",
    ["seaside", "city", "abstract", "forest"],
    "filmphotography analog 35mm darkroom",
    `
    bio: thirty-six at a time | grain over pixels | my fridge is mostly film
    gear: a {28-50} mm lens with a scratch | a rangefinder older than me | a bulk roll of black and white | a light meter app I half trust | a changing bag | a box of expired slide film
    done: shot {1-4} rolls and told nobody | developed {2-6} rolls in the bathtub | printed until two in the morning | loaded the film wrong and learned | found a forgotten roll from {2009-2019} | metered for the shadows, finally
    doing: waiting for the light to do something | rocking trays in the red light | scanning until my eyes cross | walking with one lens and no plan
    place: in the darkroom | at the flea market | on the breakwater | in the stairwell with the good window
    trouble: the shutter drags below a fifteenth | there is a hair in every scan | the lab lost a roll | my favourite film costs {14-22} now
    joy: the negatives came out dense and lovely | the old lens flares like a cathedral | one frame in {20-36} is the one | the print dried exactly right
    tip: Expose for the shadows and let the rest go. | Write the speed on the canister. | One camera, one lens, one month. | Clean the scanner glass first.
    ask: Which developer for grainy film at {800-3200}? | Where do you get lenses cleaned? | Do you crop? | How do you dry film without dust?
    joke: Digital is cheaper, said everyone I ignored. | My keeper rate is an average of zero and one.
    reply: Stand development, one hour, walk away. | What lens is that? | The bathroom after a hot shower: no dust. | That light! | Never crop, except always. | Worth the whole roll.`,
  ),
  topic(
    "synths",
    ["abstract", "chart", "night-sky"],
    "synths modular electronicmusic diysynth",
    `
    bio: patch cables and patience | makes drones for no one in particular | one more oscillator
    gear: a filter module with a squeal | a second-hand drum machine | a tape delay | {10-40} patch cables in one colour | a stylus organ | a mixer with one dead channel
    done: patched for {2-5} hours and recorded {3-9} minutes | soldered a module and it worked first time | played the back room to {9-40} people | tuned oscillators by ear against the fridge | lost a patch I will never find again | sampled the tram doors
    doing: turning one knob very slowly | recording everything, naming nothing | chasing hum with a ground lift | making a bass line out of rain
    place: in the basement | at the noise night | on the night bus with headphones | in the shed
    trouble: one oscillator drifts when the heating starts | there is a hum at fifty hertz exactly | the sequencer drops every {7-13}th step | the neighbours know my tempo
    joy: the feedback settled into a chord | someone danced, actually danced | the cheap reverb sounds enormous | two loops fell in phase by accident
    tip: Record first, tidy later. | Limit yourself to three modules. | Label the power supply before the others. | Silence is a voice too.
    ask: What is a good first filter to solder? | How do you save a modular patch? | Stereo or mono for small rooms? | Who else sequences with prime numbers?
    joke: I have finished zero tracks, but the zero is very warm. | My accountant calls it a hobby. My oscillator calls it home.
    reply: Photograph the patch, then give up anyway. | Sounds huge! What reverb? | Ground loop, check the laptop. | Mono. Always mono. | Seven against eleven is my favourite walk. | Please post the recording.`,
  ),
  topic(
    "ceramics",
    ["table", "abstract", "plant"],
    "ceramics pottery wheelthrown glaze",
    `
    bio: mud, then fire | makes bowls, keeps the wonky ones | glaze notes in the margins
    gear: a trimming tool made from a hacksaw | a bag of stoneware | a bucket of celadon | a bat with a warp | a banding wheel | a sponge on a stick
    done: threw {4-18} bowls and kept {1-3} | centred {2-4} kilos for the first time | unloaded the kiln with oven gloves | glazed everything the wrong blue | made a teapot that pours | recycled {5-15} kilos of clay
    doing: wedging until my shoulders give up | waiting for the kiln to cool | trimming feet with the radio on | testing glazes on broken cups
    place: in the studio | at the kiln | at the makers' market | on the studio step
    trouble: the handles crack as they dry | the glaze crawled off the rim | the kiln stopped at {900-1100} degrees | my lids never match
    joy: the ash glaze ran and stopped in time | someone uses my mug every day | the teapot pours without dribbling | the whole shelf survived
    tip: Compress the rim before you do anything else. | Dry slowly and evenly. | Test every glaze on your own clay. | Let go of the piece and keep the lesson.
    ask: How do you stop s-cracks? | Cone six or cone ten at home? | Who mixes their own celadon? | What do you do with seconds?
    joke: It was a vase until the wheel had an opinion. | I am in a long relationship with my reclaim bucket.
    reply: Compress the base more. | Seconds become plant pots here. | That blue is the right wrong blue. | Slower drying, under plastic. | I would buy that mug. | Cone six, for the bills.`,
  ),
  topic(
    "woodwork",
    ["table", "forest", "chart"],
    "woodworking handtools joinery greenwood",
    `
    bio: more clamps than sense | hand planes and quiet Saturdays | measures twice, swears once
    gear: a number four plane | a dovetail saw | a stack of cherry boards | a shaving horse | hide glue | a bench that does not wobble any more
    done: cut {4-16} dovetails and hid {1-4} | planed a board until it rang | carved a spoon from the plum tree | flattened the benchtop at last | sharpened everything in the drawer | fixed my grandmother's chair
    doing: sharpening instead of working | sweeping shavings into the stove | sketching a stool on a receipt | waiting for oil to dry
    place: in the garage | at the tool library | in the lean-to | at the timber yard
    trouble: the tenon is loose by a hair | the board cupped overnight | my square is not square | the grain reverses in the middle
    joy: the plane took a shaving you could read through | the drawer closes on a cushion of air | the cherry is going dark already | it carried my whole weight
    tip: Sharpen before you need to. | Cut the tail, mark the pin. | Buy wood in the dry season. | Rehearse every glue-up without glue.
    ask: Oil or wax for a breadboard? | Which saw for a first set of dovetails? | How do you store offcuts without drowning? | Best wood for a child's stool?
    joke: Wood glue is stronger than my convictions. | I saved {20-60} euros by spending {200-500} on tools.
    reply: Oil, then wax, then patience. | Wedge the tenon, call it a feature. | Ash or beech for the stool. | Those shavings! | Which stones do you use? | Offcuts are kindling with ambitions.`,
  ),
  topic(
    "knitting",
    ["abstract", "table", "plant"],
    "knitting yarn handmade socks",
    `
    bio: will knit in meetings | sock yarn is not stash | counting, do not disturb
    gear: a skein of undyed wool | circular needles | a row counter | a project bag with ducks on it | {3-7} stitch markers | a swift that squeaks
    done: turned the heel on the train | ripped back {12-40} rows without crying | finished the second sleeve | cast on {3-6} things at once | blocked a shawl across the whole floor | taught my uncle the purl stitch
    doing: knitting one more row at midnight | untangling what the cat did | matching stripes nobody will notice | winding yarn by lamplight
    place: on the last tram | at the wool shop | at the library circle | on the porch
    trouble: the gauge lied | I am {2-9} metres short of yarn | the cable crosses the wrong way since row {20-60} | one sock is a child's
    joy: the colour pools into little clouds | he wears the hat every day | the lace opened when it dried | the toe closed without a bump
    tip: Swatch, wash the swatch, believe the swatch. | Put in a lifeline before the lace. | Count at the end of every row, not every chart. | Buy one skein more.
    ask: What is your favourite stretchy cast-off? | Wool for sensitive skin? | How do you weave in silk ends? | Who has a mitten pattern for small hands?
    joke: It is not hoarding if it is wool. | Second sock syndrome has no cure, only patterns.
    reply: Merino and a bit of silk. | Lifelines saved my marriage. | Which yarn is that? | The cat has good taste. | Rip it back, you know you will. | So neat!`,
  ),
  topic(
    "retrocomputing",
    ["chart", "abstract", "table"],
    "retrocomputing 8bit repair demoscene",
    `
    bio: eight bits are plenty | fixes what nobody asked for | floppy drives and hope
    gear: a tube monitor | a box of {40-90} floppies | a logic probe | a keyboard with {2-5} dead keys | a tape deck with a new belt | a serial cable I made myself
    done: recapped the power supply | read {12-60} disks before the drive gave up | wrote a scroller in {300-900} bytes | booted it for the first time since {1986-1994} | found a cold joint with a chopstick | typed in a listing by hand
    doing: listening for the drive to seek | cleaning contacts with a pencil eraser | counting cycles on paper | waiting {3-9} minutes for a game to load
    place: at the repair café | in the attic | at the demo party | on the kitchen table under the lamp
    trouble: the video jitters until it warms up | two memory chips get hot | the belt turned to tar | the disk label says only "stuff"
    joy: the prompt appeared and I shouted | a stranger mailed me the missing chip | the colours are as wrong as I remember | the tape loaded on the first try
    tip: Check the power supply before you switch anything on. | Image the disk before you read it twice. | Sockets for everything you desolder. | Photograph before you unplug.
    ask: Who still makes these belts? | Safe way to whiten old plastic? | Which assembler do you use? | Does anybody have the service sheet?
    joke: It has thirty-eight kilobytes free, more than my head. | Works on my machine, built {1984-1989}.
    reply: Replace the big capacitors first. | I have that sheet, will scan it. | Try isopropanol and patience. | That jitter is the sync separator. | What a machine. | Use sockets, thank me later.`,
  ),
];
