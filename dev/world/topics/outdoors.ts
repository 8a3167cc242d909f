import { topic } from "./topic.ts";

export const OUTDOORS = [
  topic(
    "cycling",
    ["mountains", "city", "seaside", "chart"],
    "cycling bikelife roadcycling commute",
    `
    bio: two wheels, most weathers | I plan holidays around gradients | slow uphill, careful down
    gear: a new chain | a second pair of bib tights | a steel frame from the nineties | a dynamo light | a torque wrench | a bell that actually rings | tubeless tyres
    done: rode {30-120} km before lunch | climbed the long side of the ridge and regretted nothing | trued my first wheel | commuted {4-12} days in a row without touching the car | got dropped by a man on a folding bike | rebuilt the rear hub on the kitchen floor
    doing: riding home the long way | chasing the last light along the canal | spinning easy and pretending it is training | counting herons instead of watts
    place: on the towpath | at the velodrome | by the reservoir | on the old railway cutting
    trouble: the rear derailleur skips under load | something in the bottom bracket creaks like a ship | the headwind turned around when I did | my left cleat keeps loosening
    joy: the whole valley was under fog and we were above it | a driver waited patiently behind me and waved | the legs simply worked | the new tarmac goes on for {3-9} kilometres
    tip: Check your tyre pressure when the weather turns. | Eat before you are hungry. | A chain costs less than a cassette, so change it early. | Carry a spare link; it weighs nothing and saves the day.
    ask: What do you all carry for a puncture {30-80} km from home? | Wide tyres for a paved commute: sensible or silly? | How do you keep your feet warm below zero? | Which climb near you is worth a detour?
    joke: The right number of bikes is still one more than the hallway holds. | My bike computer says I was resting. My lungs filed an appeal.
    reply: Which tyres are those? | That climb broke me in spring. | Take the valley road next time, it is quieter. | Creaks like that were my seatpost, every time. | Save me a wheel next weekend. | Headwinds both ways, as is tradition.`,
  ),
  topic(
    "running",
    ["forest", "city", "seaside", "chart"],
    "running trailrunning parkrun marathon",
    `
    bio: runs to think, thinks about running | back of the pack, front of the buffet | training for something, always
    gear: a pair of shoes with {600-900} km on them | a head torch | a soft flask | a foam roller I resent | a watch that is disappointed in me | gloves thin enough to run in
    done: ran {8-32} km with no plan at all | finished the hill repeats everyone else skipped | took {20-70} seconds off the loop | paced a friend to her first ten | ran in sleet and would not recommend it | turned back at the ford like an adult
    doing: running easy enough to talk | starting too fast again | stretching on the office stairs | following the river until it bends
    place: in the park before seven | on the forest loop | along the harbour | on the track behind the school
    trouble: my calf tightens after the second hill | the long run and the rain have the same calendar | my laces come undone only in races | the last {2-5} km take a week
    joy: the frost held and every step crunched | a stranger counted me in for the last lap | the pace felt free for once | my daughter ran the last bend with me
    tip: Slow the easy days down. | Two pairs of shoes in rotation last longer than two in a row. | Practise eating on long runs, not on race day. | Sleep is training.
    ask: How do you get out of the door when it is dark at both ends? | Anyone with a half-marathon plan for three runs a week? | Music, podcast or nothing? | What fixed your shin splints?
    joke: My race strategy is to start slowly and then fade. | I run so that the dog thinks I am interesting.
    reply: Negative split or it did not happen. | Shins: softer ground helped me. | Great pace for that hill. | Rest a day, the plan will survive. | Which loop is that? | Strong finish!`,
  ),
  topic(
    "hiking",
    ["mountains", "forest", "seaside"],
    "hiking mountains trails huttohut",
    `
    bio: maps on the wall, mud on the floor | happiest above the treeline | collects passes, not peaks
    gear: a paper map | trekking poles | boots that finally fit | a stove the size of a fist | a wool hat from the hut | a rain jacket that used to be waterproof
    done: walked {14-32} km between two huts | crossed the saddle before the clouds came | slept under the rock overhang | turned around {100-300} metres below the top | met {2-9} ibex and no people | forded the stream barefoot
    doing: walking until the phone loses signal | drinking coffee above the clouds | picking blueberries instead of finishing | following cairns in fog
    place: above the treeline | at the pass | in the beech forest | on the ridge path
    trouble: my knees complain on the way down | the bridge on the lower path is gone | the forecast changed {2-4} times | the hut ran out of soup
    joy: the valley filled with cloud like a bath | the marmots whistled us along | the light went copper for ten minutes | nobody said a word for an hour
    tip: Start an hour earlier than seems polite. | Turn around while it is still your own idea. | Dry socks are worth a kilo. | Ask the hut keeper, not the app.
    ask: What is your favourite hut with a stove you may use? | Poles or no poles on steep descents? | Where is the snow line this week? | Which three-day loop would you show a beginner?
    joke: It is only fun because we wrote the diary afterwards. | The map said path. The map was optimistic.
    reply: Is the upper bridge open again? | That saddle in fog is no joke. | Beautiful. Which side did you come up? | Turning around was right. | I can smell the pine from here. | Soup at the hut is worth the climb.`,
  ),
  topic(
    "birds",
    ["forest", "plant", "seaside"],
    "birding wildlife migration dawnchorus",
    `
    bio: hears it before seeing it | keeper of a very long list | garden birds and grand claims
    gear: a pair of {8-10}x42 binoculars | a spotting scope | a field guide held together by tape | a folding stool | a thermos | a notebook with a pencil on a string
    done: counted {40-300} starlings over the pier | sat {2-4} hours for one kingfisher | saw the first swallow of the year | ringed {5-20} warblers with the club | heard an owl from the bus stop | mistook a leaf for a wren, twice
    doing: sitting still until the hedge forgets me | counting geese by tens | learning warblers by ear | watching the feeder instead of working
    place: at the estuary | in the reed beds | behind the sewage works | on the marsh at first light
    trouble: the sun is always behind the bird | my neck hurts from the treetops | the fog ate the whole mudflat | the hide was full by six
    joy: a hobby took a dragonfly right overhead | the goldcrest came within arm's reach | the whole flock turned at once | the nest box has tenants
    tip: Learn ten songs well before you learn a hundred badly. | Look where the other birds are looking. | Write it down before you look it up. | Clean your feeders, then clean them again.
    ask: Small brown bird, streaked breast, bobbing tail: who is it? | Which app do you trust for calls? | When do your swifts leave? | Any hide with wheelchair access near the coast?
    joke: Little brown job, said with great confidence. | I do not have a favourite bird. It is the wren.
    reply: Meadow pipit, I would say. | Lovely record, send it to the county list! | That bobbing tail says wagtail. | Still none here this year. | The estuary delivers again. | Jealous, I waited all morning.`,
  ),
  topic(
    "swimming",
    ["seaside", "mountains", "chart"],
    "openwater coldwater swimming lakeswim",
    `
    bio: lake person | cold water, warm flask | swims outside so the inside works
    gear: a tow float | neoprene gloves | a changing robe | goggles that do not leak yet | a bright cap | a flask of ginger tea
    done: swam {400-2500} metres in {8-16} degrees | got in before the mist lifted | crossed the bay with the club | stayed in {3-12} minutes and counted every one | swam around the island at last | floated on my back and watched the swifts
    doing: easing in up to the knees and negotiating | swimming buoy to buoy | shivering happily in a towel | breathing out under water like I mean it
    place: at the lake | off the stone jetty | in the tidal pool | at the lido
    trouble: the goggles fog on the left side only | the jellyfish are back | the tide table and my job disagree | my hands go numb before my head does
    joy: a seal looked me over and moved on | the water was clear to the bottom | the sun came up between two strokes | everyone cheered the first-timer
    tip: Get out while you still feel fine. | Never alone, and always with a bright cap. | Warm up slowly, from the middle. | Look up every tenth stroke.
    ask: How cold is too cold for a beginner? | Gloves or no gloves at {8-12} degrees? | Anyone joining on Sunday at first light? | How do you sight without lifting your hips?
    joke: I only scream on the inside. That is a lie. | Nobody tells you the hardest discipline is getting socks on wet feet.
    reply: Count me in for Sunday. | Gloves below ten, always. | How was the current past the jetty? | The first minute is the bill, the rest is the meal. | Tea is on me. | That mist looks unreal.`,
  ),
];
