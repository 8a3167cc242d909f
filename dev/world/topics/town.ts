import { topic } from "./topic.ts";

export const TOWN = [
  topic(
    "football",
    ["city", "chart", "abstract"],
    "football lowerleague matchday grassroots",
    `
    bio: home and away since {1991-2012} | coaches the under-nines | terraces, rain, pie
    gear: a scarf older than the striker | a season ticket in the wrong stand | {9-14} bibs in a bag | a flat ball and a good pump | a thermos at half time | a whistle with a cork pea
    done: stood in the rain for a nil-nil | drove {2-5} hours for an away draw | lost {3-6}-{1-2} and played well | refereed my first match | saw a goalkeeper score | marked the pitch by hand
    doing: singing out of tune with {200-900} others | coaching nine-year-olds to pass | shouting at a radio | washing {11-15} muddy shirts
    place: behind the north goal | at the municipal ground | at the away end | on the gravel pitch
    trouble: we concede from every corner | the left back is also the groundsman | the floodlights failed in the {60-88}th minute | our best player has exams
    joy: the winner came in stoppage time | the kids invented a corner routine | the whole stand hugged a stranger | the old keeper got his farewell
    tip: Praise the pass, not only the goal. | Get there early; the pies go first. | Let children play every position. | Support the nearest club for a year.
    ask: Drills for under-nines that are not queues? | Which small ground is worth a trip? | Three at the back with amateurs: madness? | Who else keeps a paper programme?
    joke: We are top of the table if you hold it upside down. | The referee and I saw different sports.
    reply: Small-sided games, no queues. | What a finish. | We also cannot defend corners. | See you at the away end. | Nil-nil, but a good one. | Up the town!`,
  ),
  topic(
    "trains",
    ["railway", "city", "forest"],
    "trains rustbelt railhistory nighttrain",
    `
    bio: timetables for bedtime | rust belt sidings and signal boxes | window seat, forward facing
    gear: a working timetable from {1958-1988} | a brass lamp | a roll of signal diagrams | a carriage key nobody asks about | a scanner tuned to the yard | a seat by the window
    done: rode the branch line to its end and back | counted {60-140} hopper cars | photographed the ore dock at dusk | took the night train with a bag of oranges | repainted the station sign with the volunteers | missed the connection for a good reason
    doing: waiting for the freight at the crossing | listening to the couplers | reading a closed station's wall | sleeping badly and happily in a couchette
    place: at the ore dock | in the signal box | on the closed branch | at the roundhouse
    trouble: the replacement bus replaced nothing | the yard is a parking lot now | my seat faced a wall for {2-6} hours | the museum lost its boiler ticket
    joy: the engineer waved with the whole arm | snow came off the plough like surf | the semaphore still drops with a clank | the diner car served soup on real plates
    tip: Sit on the river side. | Ask the volunteers about the roof. | Book the lower bunk early. | Photograph the ordinary trains; they vanish first.
    ask: Which night train still has a dining car? | Does anyone have a plan of the old yard? | Best footbridge for watching freight? | Why are the signals here numbered from the sea?
    joke: The train is not late, the timetable is early. | I have {12-40} photos of the same bridge, and each is different.
    reply: The river side, yes! | I have a {1960-1975} yard plan somewhere. | That dock at dusk. | They numbered from the junction. | Soup on real plates, still the best. | Saw the same freight, {80-130} cars.`,
  ),
  topic(
    "cityscape",
    ["city", "abstract", "railway"],
    "architecture urbanism brutalism citywalk",
    `
    bio: looks up, trips often | concrete sympathiser | walks cities end to end
    gear: a folding ruler | a guide to {40-90} staircases | a tote full of leaflets | a camera with shift lens | a key to a tower | a list of lost cinemas
    done: walked {9-24} km along one street | climbed {180-420} steps for a water tower | sat through a planning meeting | found the mosaic under the plaster | counted arcades until dark | got shown the boiler room
    doing: reading facades like faces | measuring benches | standing in lobbies | following tram lines to their ends
    place: in the arcade | on the housing estate | at the town hall | under the viaduct
    trouble: they want to clad the library in plastic | every new block has the same balcony | the fountain has been off since {2011-2021} | the bench has armrests in the middle
    joy: the evening sun found the stair | the caretaker knew every tile | kids drew the whole square in chalk | the canopy drips in perfect time
    tip: Look at the corner, that is where the money went. | Visit twice: in rain and in sun. | Ask the caretaker. | Start at the terminus and walk in.
    ask: A public building where you feel welcome? | Which staircase should I see? | Who designed the bus shelters? | Better use for an empty department store?
    joke: It is not grey, it is {40-60} kinds of grey. | I brake for brickwork.
    reply: The market hall, by a mile. | That stair deserves a plaque. | Save the library! | Caretakers know everything. | Which tram line is that? | The canopy is lovely in rain.`,
  ),
  topic(
    "theatre",
    ["abstract", "night-sky", "city"],
    "theatre improv community stage",
    `
    bio: third tree from the left | lights, props and biscuits | says yes and
    gear: a prompt book | a roll of gaffer tape | a wig with a history | {3-9} folding chairs | a smoke machine with feelings | a coat nobody returned
    done: forgot a whole page and nobody noticed | built a boat from {12-40} crates | ran the lights with a broken finger | did {2-6} shows in a weekend | sang the wrong verse with conviction | cried in the wings at the last bow
    doing: learning lines on the ferry | painting the same flat again | warming up with tongue twisters | sewing buttons in the interval
    place: in the church hall | backstage | at the open air stage | in the rehearsal cellar
    trouble: the villain has moved abroad | rain is forecast for the open air show | the prop sword bends | we have {2-4} Juliets and no nurse
    joy: the silence after the last line was perfect | row {2-9} laughed before the joke | the school class asked for more | the trapdoor worked
    tip: Listen more than you plan. | Learn the other person's lines too. | Tape everything twice. | Feed the crew.
    ask: Plays for {5-9} people and no set? | How do you project in a church hall? | Who lends period hats? | What do you do when a scene dies?
    joke: There are no small parts, only long rehearsals. | The ghost missed his entrance. Typical.
    reply: Break a leg! | We have hats, come by. | Vowels, and look at the back wall. | I laughed in row five. | Kill the scene with kindness. | When is the next show?`,
  ),
  topic(
    "volunteering",
    ["table", "city", "plant"],
    "community repaircafe mutualaid neighbours",
    `
    bio: keys to the community hall | fixes toasters on Saturdays | knows every dog in the street
    gear: a box of donated fuses | {6-20} trestle tables | a tea urn with moods | a cargo bike on loan | a noticeboard with magnets | a rota nobody reads
    done: fixed {4-17} toasters and a fan | cooked for {40-120} people | carried a sofa up {3-5} floors | sorted {200-800} donated books | got the ramp approved | learned to say hello in {3-6} new languages
    doing: stacking chairs in silence | handing out soup in the cold | writing the rota in pencil | counting cups after everyone left
    place: at the repair café | in the community hall | at the food bank | in the courtyard
    trouble: the tea urn trips the fuse | we are {2-4} people short on Saturday | the roof leaks onto the piano | nobody takes the late shift
    joy: a boy fixed his own radio | the neighbours who never spoke shared a table | somebody anonymous paid the heating | the garden gate stays open now
    tip: Ask one person, not everyone. | Thank people by name. | Label the extension leads. | Small jobs first; they bring big hands.
    ask: Who can teach bicycle repairs in spring? | How do you find volunteers for mornings? | Does anybody have a spare projector? | What keeps your group going?
    joke: The committee met to plan the meeting. | We fixed the clock and now we are late.
    reply: I can do Saturday until two. | We have a projector, take it. | Ask one person directly, it works. | The urn again? | Beautiful to see. | Count me in.`,
  ),
  topic(
    "parenting",
    ["plant", "table", "seaside"],
    "family parenting toddlerlife kidlit",
    `
    bio: outnumbered at home | snack logistics | answers {100-300} questions a day
    gear: one small boot | a backpack full of stones | a cargo trailer | a sticker on my laptop | {3-8} half-eaten apples | a book read {90-400} times
    done: built a castle from {6-30} boxes | slept {3-5} hours and called it a night | found the missing shoe in the freezer | made pancakes shaped like dinosaurs | walked {400-900} metres in an hour, snails included | lost at memory to a four-year-old
    doing: negotiating about socks | reading the same book backwards | singing in the queue | picking rice out of a car seat
    place: at the playground | in the pillow fort | on the bus with the pram | at the paediatrician's
    trouble: the nap ended when I sat down | the favourite cup is the other blue | someone drew on the tax letter | everything is sticky since breakfast
    joy: she tied her own laces and told the whole bus | he said thank you to the moon | they shared without being asked | the fort lasted till Sunday
    tip: Leave ten minutes earlier and hurry less. | Two choices, both fine with you. | Snacks before explanations. | Put the phone in the other room.
    ask: How do you handle the four o'clock collapse? | Picture books that adults survive? | When did yours stop napping? | A rainy-day idea without glitter?
    joke: He asked for a sibling or a crane. We are pricing cranes. | Silence is golden, and also very suspicious.
    reply: Snacks. It is always snacks. | Cardboard boxes, a whole afternoon. | Ours stopped at three and so did we. | Leave early is the best advice. | The other blue, of course! | Saving this.`,
  ),
];
