import { topic } from "./topic.ts";

export const MINDS = [
  topic(
    "astronomy",
    ["night-sky", "mountains", "chart"],
    "astronomy stargazing darksky telescope",
    `
    bio: awake when it is clear | photons, collected by hand | dark skies and warm gloves
    gear: a {6-12} inch reflector | a red torch | an {18-30} mm eyepiece | a dew heater | a star chart with coffee on it | a tracker that mostly tracks
    done: stacked {60-400} frames of the Veil | split a double star for the first time | showed Saturn to {5-30} neighbours | drove {40-120} km for a dark sky | sketched the Moon's edge for an hour | lost the whole night to dew
    doing: waiting for my eyes to adapt | hopping from star to star | cooling the mirror on the balcony | counting meteors from a deck chair
    place: on the dark hill | on the roof of the school | at the star party | behind the barn
    trouble: the clouds have a subscription to new moon | the new street lights face up | the mount slips at the meridian | my fingers stop working at minus {5-12}
    joy: the rings were so sharp they looked drawn | a fireball lit the whole field | the galaxy was a smudge, but my smudge | a child whispered that it has stripes
    tip: Give your eyes half an hour. | Collimate before you blame the sky. | Look a little to the side of faint things. | Write down the seeing.
    ask: What is worth a look with {7-10}x50 binoculars this month? | How do you fight dew without power? | Best first target for stacking? | Is anyone watching the occultation?
    joke: Partly cloudy means the part with the planet. | My telescope cost less than my therapy and works at night.
    reply: The double cluster, always. | What exposure per frame? | Saturn never gets old. | Clouds here too, of course. | Try averted vision. | Lovely and tight stars!`,
  ),
  topic(
    "chess",
    ["chart", "table", "abstract"],
    "chess endgames chessclub tactics",
    `
    bio: plays the French and is sorry | club night is Thursday | blunders with confidence
    gear: a wooden set with one replaced rook | a digital clock | a book of {100-500} endgames | a scoresheet full of arrows | a travel board | a thermos for round five
    done: drew with the club champion | lost a won rook ending | solved {20-60} puzzles before breakfast | played {3-9} rounds in two days | castled into it | beat my father after {9-30} years
    doing: staring at one move for {12-40} minutes | analysing with a real board | learning the Caro-Kann at last | replaying old matches at lunch
    place: at the club | in the park by the fountain | at the rapid open | on the long train
    trouble: I see the tactic one move late | time trouble starts on move {18-28} | my openings end at move six | my bishop has been behind the pawns since March
    joy: the quiet move was the winning one | a nine-year-old beat me fairly and explained why | the fortress held | the knight found its square
    tip: Check, capture, threat, then think. | Study endings you actually reach. | Write the move, then look again. | Lose to stronger players on purpose of learning.
    ask: Rook and pawn against rook: where do you put the king? | What do you play against the London? | Long or short time controls for learning? | Which endgame book is readable?
    joke: My style is positional until move ten and apologetic after. | The queen was pinned. So was I.
    reply: Rook behind the pawn! | Never trust the London. | Post the position? | Longer time controls, every time. | The fortress works if the king stays on the dark squares. | Good fight.`,
  ),
  topic(
    "books",
    ["table", "abstract", "seaside"],
    "books reading bookclub library",
    `
    bio: reads at bus stops | three on the go, none finished | library card, heavily used
    gear: a library copy with someone's notes | a paperback with no cover | a reading lamp | a pencil for margins | a stack of {6-20} | a bookmark that was a boarding pass
    done: read {60-300} pages in one sitting | gave up on page {40-180} and felt free | returned {3-8} books and borrowed {4-9} | cried on the tram over chapter {9-30} | read to my grandfather all afternoon | found a first edition in a box of cookbooks
    doing: rereading the first page slowly | reading the translator's note first | walking and reading, badly | underlining in pencil only
    place: at the second-hand shop | in the reading room | in the bath | at the book club
    trouble: the sequel has a waiting list of {12-80} | the print shrinks every year | everyone in the club read a different edition | the ending was on the back cover
    joy: the last line sent me back to the first | the translator made a pun work | the librarian saved it for me | the silence in the reading room had a grain to it
    tip: Stop at fifty pages if it is work. | Read the translator's other books. | Keep one short book for the road. | Lend nothing you want back.
    ask: A novel set entirely in one house? | What should a book club of {4-9} read in winter? | Which translation did you like? | Audiobooks while walking: who does it well?
    joke: My to-read pile is now load-bearing. | I judge books by their weight at two in the morning.
    reply: The lighthouse one, without doubt. | I gave up on it as well! | Which translation? | Adding it to the pile. | Read it in winter, trust me. | The last chapter makes it worth it.`,
  ),
  topic(
    "languages",
    ["city", "abstract", "chart"],
    "languagelearning polyglot translation vocab",
    `
    bio: makes mistakes in {4-7} languages | collects words for rain | translator by day, learner by night
    gear: a deck of {300-2000} cards | a grammar from {1962-1998} | a notebook of overheard sentences | a dubbed cartoon | a tandem partner in another time zone | a sticker on every drawer
    done: ordered lunch without switching to English | dreamed one sentence in Welsh | mixed up soup and soap again | finished the {2-9}0-day streak | understood a joke on the radio | wrote a letter to my landlord and he answered
    doing: muttering verbs at the crossing | reading menus for fun | watching weather forecasts in Finnish | learning songs before grammar
    place: at the language café | on the commuter train | at the evening class | in the kitchen with the radio
    trouble: the cases arrive faster than the words | everyone answers in English | my accent comes from three places | numbers over a hundred still cost me
    joy: an old lady corrected my ending and smiled | the subtitles went off and I stayed | a word finally clicked | we argued, politely, in their language
    tip: Learn sentences, not words. | Speak on day one and be wrong on day two. | Sing it. | Ten minutes daily beats Sunday.
    ask: What word do you miss in your own language? | How do you keep two similar languages apart? | A slow podcast for beginners? | What was your most useful mistake?
    joke: I am fluent in nodding. | My grammar is correct in a country that does not exist.
    reply: The word for weekend coffee, obviously. | Change rooms when you change languages. | Mistakes like that stick forever. | Which course is it? | Weather forecasts are genius. | Keep going!`,
  ),
  topic(
    "boardgames",
    ["table", "chart", "abstract"],
    "boardgames tabletop gamenight coop",
    `
    bio: owns too many meeples | explains rules with hand gestures | plays green
    gear: a box with {200-900} tokens | sleeved cards | a dice tower made of cardboard | a score pad down to {3-9} sheets | an insert I built myself | an expansion nobody asked for
    done: explained the rules in {9-25} minutes | lost by one point after {2-4} hours | won with a strategy I cannot explain | saved the village in round {6-9} | taught {3-6} beginners without tears | sorted tokens until midnight
    doing: shuffling for luck | reading rules aloud like a bedtime story | defending a bad trade | counting points twice
    place: at the café with the shelf | at our kitchen table | in the train compartment | at the library game night
    trouble: one token is missing since June | the downtime with {5-7} players is real | somebody always bets on red | the box no longer closes
    joy: the last tile completed three cities at once | the quiet player won | the whole table gasped | my mother bluffed everyone
    tip: Teach the goal first, then the turn. | Let beginners take back one move. | End while they want another round. | Put the snacks on another table.
    ask: A good game for exactly five? | Something for two that fits a train table? | How do you handle a table of overthinkers? | Best cooperative game without a boss?
    joke: The rules are simple, he said, opening the second booklet. | We negotiated for an hour and traded one sheep.
    reply: Trick-taking games work great at five. | Timer on the phone, kindly. | Which expansion? | Green wins again, suspicious. | Great game, terrible box. | Next week at ours?`,
  ),
  topic(
    "mapping",
    ["chart", "mountains", "city"],
    "maps cartography openmapping gis",
    `
    bio: draws coastlines to relax | north is a suggestion | adds benches to the map
    gear: a survey wheel | a {1930-1965} city plan | a GPS logger | a box of contour sheets | a set of ink pens | a scanner that eats A3
    done: mapped {20-140} drinking fountains | walked every street in the district | georeferenced a plan from {1890-1940} | corrected a path that never existed | drew hills by hand for {3-8} hours | found my grandmother's street under another name
    doing: tracing hedges from the air | arguing about projections | naming footpaths | counting steps between benches
    place: in the map room | at the mapping evening | in the new district | along the parish boundary
    trouble: the river moved since the survey | two streets share one name | the aerial photos lean {2-6} metres east | the printer has its own idea of blue
    joy: a wheelchair user thanked me for the kerb data | the old plan lined up to the metre | the contours finally breathe | the city adopted our bench layer
    tip: Survey first, imagery second. | Choose the projection for the question. | Fewer colours, better colours. | Label water in italics and sleep well.
    ask: Which projection for one country, tall and thin? | How do you draw uncertain borders? | Any tool for hand-drawn relief? | Who maps indoor stations?
    joke: All maps lie; mine apologise in the legend. | I got lost surveying. It is on the map now.
    reply: Transverse, for a tall one. | Dashed and a footnote. | Beautiful relief. | We need this layer here too. | What scale is that? | Benches are infrastructure!`,
  ),
];
