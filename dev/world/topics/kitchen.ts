import { topic } from "./topic.ts";

export const KITCHEN = [
  topic(
    "baking",
    ["table", "plant"],
    "baking sourdough homebaker bread",
    `
    bio: flour on everything I own | feeds a starter and sometimes people | crumb inspector
    gear: a banneton | a Dutch oven with a chipped lid | a bench scraper | rye flour from the mill | a lame made from a chopstick | a scale that shows half grams
    done: baked {2-6} loaves and gave away most | woke the starter after {2-5} weeks of neglect | laminated dough without tears | shaped baguettes that look like branches | burned the first tray and ate the evidence | finally got the ears to open
    doing: folding dough while the kettle boils | waiting for the oven to catch up | learning what {70-82} percent hydration feels like | eating the end piece over the sink
    place: in the village bakehouse | at the mill shop | in my tiny kitchen | at the school fair
    trouble: the crust went leathery overnight | my kitchen is {15-18} degrees and the dough knows | the middle stays gummy | the oven lies about its temperature
    joy: the loaf sang when it came out | the neighbours followed the smell | the crumb was open from end to end | my son asked for seconds of rye
    tip: Judge the dough, not the clock. | Let rye rest a day before you cut it. | Colder water in summer, warmer in winter. | Salt late if the flour is thirsty.
    ask: How do you keep a crust crisp on the second day? | What do you do with starter discard? | Is a baking stone worth the weight? | Which flour changed your bread most?
    joke: My starter has a name, a birthday and better attendance than me. | It is not flat, it is focaccia.
    reply: Longer bulk, I would guess. | Discard crackers, every time! | What hydration was that? | That crumb. Wow. | Try a lower shelf. | Save me the end piece.`,
  ),
  topic(
    "coffee",
    ["table", "abstract", "city"],
    "coffee espresso pourover homebarista",
    `
    bio: one more cup, then I start | grinds fine, sleeps badly | light roasts and long mornings
    gear: a hand grinder | a gooseneck kettle | a pour-over cone with a hairline crack | a scale with a timer | a bag from Huehuetenango | a milk jug with no dents yet
    done: dialled in a new bag in {3-9} shots | pulled a shot in {24-34} seconds that tasted of plums | descaled the machine at last | cupped {5-8} coffees side by side | poured a heart that looks like an onion | roasted {200-400} grams in a popcorn maker
    doing: weighing water like a chemist | waiting for the boiler | smelling the bag instead of emails | drinking decaf after four, on principle
    place: at the corner roastery | at the kitchen counter | at the market stall | in the office kitchenette
    trouble: the grinder clumps in dry weather | every shot channels on the left | the water here is pure limestone | the good bag is almost empty
    joy: the natural tastes like strawberries, honestly | the microfoam held to the last sip | the barista remembered my name | the cheap bag turned out lovely
    tip: Change one thing at a time. | Better water beats a better machine. | Rest light roasts for two weeks. | Preheat the cup.
    ask: What ratio do you use for iced pour-over? | Is a flat burr audible at six in the morning? | Which decaf actually tastes of something? | How do you store an open bag?
    joke: I have one cup a day. It is a large day. | My latte art is always abstract.
    reply: One to sixteen, slightly coarser. | Freeze it in small jars. | What was the brew time? | Sounds like channeling, try a finer stir. | Huehue coffees never miss. | Decaf after four is wisdom.`,
  ),
  topic(
    "streetfood",
    ["city", "table"],
    "streetfood nightmarket noodles spicy",
    `
    bio: follows the queue | will travel for dumplings | maps cities by their noodle stalls
    gear: a plate of momos | a bowl of hand-pulled noodles | a paper cone of chickpeas | a skewer I cannot name | a very red chilli oil | a thermos of broth
    done: queued {20-60} minutes for one flatbread | ate at {3-7} stalls and walked home | learned to fold dumplings from a grandmother | ordered by pointing and won | burned my tongue and kept going | found the tamale cart again
    doing: eating standing up | following smoke down an alley | guessing the spice by smell | sharing a plastic table with strangers
    place: at the night market | behind the bus station | under the flyover | at the harbour stalls
    trouble: my favourite stall moved without a word | the chilli had no mercy | cash only and I had {2-4} coins | they sold out by eight
    joy: the broth tasted of three days' patience | the vendor gave my kid an extra dumpling | the flatbread puffed like a balloon | rain on the awning, soup in hand
    tip: Join the queue with grandmothers in it. | Carry small change and a napkin. | Eat first, photograph later. | Ask what they eat themselves.
    ask: Where do you go after midnight? | Mild broth for a child: which stall? | Best vegetarian dumpling in town? | What do you order in a place with no menu?
    joke: Medium spicy is a legal term here, not a promise. | I came for one skewer, officer.
    reply: Under the flyover, second stall. | Which chilli oil is that? | They moved to the canal side! | Ask for the pickles. | Now I am hungry at ten in the morning. | No menu means trust the aunties.`,
  ),
  topic(
    "gardening",
    ["plant", "forest", "table"],
    "urbangarden balcony allotment growyourown",
    `
    bio: tomatoes on the fourth floor | compost optimist | plot {3-40}, come and talk
    gear: a rain barrel | a bag of leaf mould | a bucket of coffee grounds | heirloom bean seeds | a trellis made of bed slats | secateurs with red handles
    done: sowed {3-9} kinds of lettuce | moved the tomatoes under cover | dug out bindweed for {2-5} hours | swapped seeds over the fence | picked the first {4-30} courgettes | taught the beans to climb the drainpipe
    doing: watering before the street wakes | turning compost and hoping | talking to the slugs | saving seed in old envelopes
    place: on the balcony | at the allotment | in the yard behind the laundromat | on the school roof
    trouble: the slugs found the strawberries | blight got the back row | the wind takes every seedling on the fourth floor | the rain barrel cracked
    joy: the first tomato was still warm from the sun | a bumblebee moved into the pot | the neighbours' kids ate the peas straight off | the dill came back by itself
    tip: Water deep and seldom. | Grow what you eat, not what looks good on the packet. | Mulch before the heat, not after. | Pick beans young and they keep coming.
    ask: What grows in full shade on a north wall? | Who has a spare courgette recipe? | How do you stop pigeons, kindly? | When do you pinch out the tops?
    joke: I grew one lemon. It cost me {40-90} euros. | The slugs send their compliments to the chef.
    reply: Ferns and mint on a north wall. | Copper tape did nothing here. | Send me some of that dill! | Beer traps, reluctantly. | What variety is that? | Your beans are ahead of mine.`,
  ),
  topic(
    "fermenting",
    ["table", "plant", "abstract"],
    "fermentation kimchi pickles kombucha",
    `
    bio: everything in jars | kitchen smells are my fault | salt, time, patience
    gear: a crock from the flea market | glass weights | a jar that burps itself | {2-5} kilos of cabbage | coarse grey salt | a notebook of percentages
    done: packed {2-8} jars of kimchi | started a hot sauce with last year's chillies | forgot a jar for {3-9} months and loved it | bottled the second batch of kombucha | made miso that will be ready in a year | cleaned the ceiling after the ginger beer
    doing: burping jars before bed | weighing salt to the gram | labelling things for future me | explaining the smell to guests
    place: in the cellar | on top of the fridge | at the community kitchen | under the stairs
    trouble: a white film appeared on day {4-9} | the brine overflowed into the drawer | the lid hums | nobody will sit near the crock
    joy: the carrots fizz now | it tastes like my aunt's | the pickles won over the sceptics | the colour went from grey to ruby
    tip: Two percent salt is a good place to start. | Keep it under the brine and it keeps you. | Date every jar. | Taste on day three, then decide.
    ask: Kahm yeast or mould: how do you tell? | What do you do with leftover brine? | How long do you age your hot sauce? | Warm cupboard or cool cellar for kraut?
    joke: My fridge is a hotel and the guests are multiplying. | It is not gone off, it has matured.
    reply: Flat and white is kahm, fuzzy is bin. | Brine goes in the salad dressing. | What salt percentage? | Cool cellar, slower is better. | I can smell it from here, and approve. | Six weeks at least.`,
  ),
];
