# ruff: noqa: E501, SIM905 - tables of words read better wide
"""The closed words of English questions: function words, aggregates, superlatives, comparators, units. Data only."""

from __future__ import annotations

from typing import Final

from registry.plan import Fn


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: words that carry grammar and never name data by themselves
FUNCTION: Final = _set(
    """a an the of in on at for to from with by and or is are was were be been being do does did done doing have has
    had having that which who whom whose what when where why how many much all any there their theirs them they it its
    this these those i we you us our my me your he she his her some such so than then as if also just only both each
    every per into onto over under between among during within across about per via pls plz thx somebody someone anybody anyone everybody everyone would could should can will shall
    might must please ok okay hey hi hello let lets s t not no nor never without none neither non except excluding but
    back ever yet still already out up nobody noone zero even down off above below after before since until till up more most less least fewer
    fewest least other another others else same own very too quite one ones here same whether while again instead rather because through"""
)
#: words of questions that change nothing: they may stand anywhere
FILLER: Final = _set(
    """show list give find get tell display return see want need know like look fetch print retrieve provide pull
    question everything anything something currently current now existing exist exists actual actually overall
    distinct unique along either separate separately available entire complete whole full different various respective respectively individual single given
    number count counts amount total record records row rows entries entry data database information info details detail
    result results item items thing things kind sort type happen happened happens occur occurred
    come came comes go went goes belong belongs belonging use used uses using made make makes making get got gets
    getting put take taken place placed break broken down split group grouped order ordered sort sorted rank ranked
    ranking ascending descending alphabetically alphabetical first last top bottom system systems stored recorded registered seen
    based located live lives living reside resides residing call called named term terms regard regards respect
    receive received receives say says said set contain contains containing include includes including involve involved
    involving associated related linked corresponding relating compare compared comparison versus vs distribution breakdown
    summary overview report value values each least greatest times time long big large far old often
    company platform product yes equal equals exactly roughly approximately today perform performed average
    during inclusive following mentioned many several there calculate compute determine figure plot plotted chart charts graph graphs draw visualise visualize needed lasting
    bring brought bringing generate generated generates produce produced produces contribute contributed cause caused achieve achieved
    work works working ask asked run ran column columns new together according develop developed track tracks tracked tracking deal deals dealt percentage percent share proportion fraction ratio
    hold holds held holding arrive arrives arrived arriving sit sits sat sitting lie lies lay stand stands stood keep keeps keeping
    experience experienced experiencing encounter encountered face faced faces submit submits submitted lodge lodged hand handed
    enter entered reach reached reaches conduct conducted carry carried accumulate accumulated collect collected
    gather gathered note noted give gives gave remain remains remained remaining appear appears appeared turn turned
    own owned possess possesses possessed obtain obtained constitute represent represents comprise amounted
    wonder wondering curious interested concerned simply basically quickly asap thx thanks cheers folks guys stuff ballpark wanna gimme
    lemme pls plz kindly hence therefore okay well namely respectively altogether together
    combination wise site website incl dump possible potential hits apart aside counted tallied against
    percentages shares yesno"""
)
#: of these, what is also the name of a kind or a state, where few values are stored: "new" tickets
NAMING: Final = FILLER & _set(
    """individual single separate complete full different current individual entire group item thing large big far old
    company platform product system new site website single broken placed taken stored registered located based received
    submitted lodged handed entered reached conducted collected gathered noted given held hold kept arrived generated
    produced contributed developed tracked deal deals note work possible potential interested concerned yes equal
    returned standing remained appeared possessed own owned linked related associated involved contact placed"""
)
#: what follows is not there: "users without sessions"
ABSENCE: Final = _set("without no zero never not nobody noone lacking missing lack lacks")
#: what follows is left out: "all countries except France"
EXCLUSION: Final = _set("excl except excluding neither nor none besides outside non")
NEGATORS: Final = ABSENCE | EXCLUSION
AGGREGATES: Final[dict[str, Fn]] = {
    "average": "avg", "mean": "avg", "avg": "avg", "averaged": "avg", "typical": "avg",
    "sum": "sum", "total": "sum", "summed": "sum", "combined": "sum", "altogether": "sum",
    "maximum": "max", "max": "max", "peak": "max", "minimum": "min", "min": "min",
    "median": "median",
}  # fmt: skip
#: superlative -> (descending?, what it measures)
SUPERLATIVES: Final[dict[str, tuple[bool, str]]] = {
    "highest": (True, ""), "greatest": (True, ""), "lowest": (False, ""), "most": (True, ""), "top": (True, ""),
    "least": (False, ""), "fewest": (False, ""), "bottom": (False, ""), "biggest": (True, "size"), "largest": (True, "size"),
    "smallest": (False, "size"), "longest": (True, "length"), "shortest": (False, "length"), "slowest": (True, "length"),
    "fastest": (False, "length"), "quickest": (False, "length"), "heaviest": (True, "size"), "lightest": (False, "size"),
    "priciest": (True, "price"), "costliest": (True, "price"), "cheapest": (False, "price"), "dearest": (True, "price"),
    "best": (True, "score"), "worst": (False, "score"), "latest": (True, "time"), "newest": (True, "time"), "recent": (True, "time"),
    "oldest": (False, "time"), "earliest": (False, "time"), "busiest": (True, "count"), "first": (False, "time"), "last": (True, "time"),
    "rarest": (False, "count"), "commonest": (True, "count"), "quietest": (False, "count"),
    "youngest": (True, "time"), "hottest": (True, "level"), "noisiest": (True, "count"),
}  # fmt: skip
#: "most expensive": adjective -> what it measures; none of those that have an own superlative:
#: "the most new teams" are many
ADJECTIVES: Final[dict[str, str]] = {
    "expensive": "price", "costly": "price", "valuable": "price", 
    "popular": "views", "viewed": "views",
    "read": "views", "visited": "views", "recent": "time", "recently": "time", 
    "active": "count", "frequent": "count", "common": "count", "used": "count", "often": "count", "rated": "score",
    "helpful": "score", "satisfied": "score", "important": "score", "severe": "score",
}  # fmt: skip
#: what a superlative or comparative measures -> stems of field names and units that hold it
HINTS: Final[dict[str, frozenset[str]]] = {
    "length": frozenset("durat length elaps took take runtim latenc lasted last long time".split()),
    "size": frozenset("size byte amount volum big larg storag popul area total quantiti".split()),
    "price": frozenset("price cost amount fee charg spend pay worth budget salari".split()),
    "score": frozenset("rate score star satisfact point grade rank help".split()),
    "views": frozenset("view read popular popul visit count".split()),
    "level": frozenset("valu temperatur level".split()),
    "age": frozenset(["age"]),
    "height": frozenset(["height", "elev", "altitud"]),
    "weight": frozenset(["weight", "mass"]),
    "speed": frozenset(["speed", "veloc"]),
}
HINT_UNITS: Final[dict[str, frozenset[str]]] = {
    "length": frozenset(
        {"us", "ms", "s", "sec", "seconds", "min", "minutes", "h", "hours", "days"}
    ),
    "size": frozenset({"bytes", "byte", "b", "kb", "mb", "gb", "tb"}),
    "price": frozenset({"eur", "usd", "gbp", "chf", "jpy", "dollars", "euros", "$", "€"}),
}
#: comparative -> (operator, what it measures)
COMPARATIVES: Final[dict[str, tuple[str, str]]] = {
    "longer": (">", "length"), "slower": (">", "length"), "shorter": ("<", "length"), "faster": ("<", "length"), "quicker": ("<", "length"),
    "larger": (">", "size"), "bigger": (">", "size"), "smaller": ("<", "size"), "greater": (">", ""), "higher": (">", ""),
    "lower": ("<", ""), "cheaper": ("<", "price"), "pricier": (">", "price"), "dearer": (">", "price"), "older": (">", "age"),
    "younger": ("<", "age"), "heavier": (">", "weight"), "lighter": ("<", "weight"), "taller": (">", "height"), "better": (">", "score"),
    "worse": ("<", "score"), "more": (">", ""), "less": ("<", ""), "fewer": ("<", ""),
}  # fmt: skip
#: pattern: what one of two is said to have, or to be
MORE: Final = r"(?:more|fewer|less|higher|greater|bigger|larger|lower|smaller|longer|shorter|better|worse|faster|slower)"
#: unit -> (dimension, how many of the dimension's base units)
UNITS: Final[dict[str, tuple[str, float]]] = {
    **dict.fromkeys(("us", "microsecond"), ("time", 1e-6)), **dict.fromkeys(("ms", "millisecond", "msec"), ("time", 1e-3)),
    **dict.fromkeys(("s", "sec", "second"), ("time", 1.0)), **dict.fromkeys(("min", "minute"), ("time", 60.0)),
    **dict.fromkeys(("h", "hr", "hour"), ("time", 3600.0)), **dict.fromkeys(("d", "day"), ("time", 86400.0)),
    **dict.fromkeys(("week", "weeks"), ("time", 604800.0)),
    **dict.fromkeys(("b", "byte", "bytes"), ("data", 1.0)), **dict.fromkeys(("kb", "kilobyte"), ("data", 1e3)),
    **dict.fromkeys(("mb", "megabyte"), ("data", 1e6)), **dict.fromkeys(("gb", "gigabyte"), ("data", 1e9)),
    **dict.fromkeys(("tb", "terabyte"), ("data", 1e12)), "kib": ("data", 1024.0), "mib": ("data", 1048576.0), "gib": ("data", 1073741824.0),
    **dict.fromkeys(("%", "percent", "pct"), ("share", 1.0)),
    **dict.fromkeys(("eur", "euro", "€"), ("eur", 1.0)), **dict.fromkeys(("usd", "dollar", "$"), ("usd", 1.0)),
    **dict.fromkeys(("gbp", "pound", "£"), ("gbp", 1.0)), **dict.fromkeys(("chf",), ("chf", 1.0)),
    **dict.fromkeys(("km", "kilometer", "kilometre"), ("length", 1e3)), **dict.fromkeys(("meter", "metre"), ("length", 1.0)),
    **dict.fromkeys(("mi", "mile"), ("length", 1609.344)), **dict.fromkeys(("kg", "kilogram", "kilogramme"), ("mass", 1e3)),
}  # fmt: skip
#: a sentence that starts with one of these asks for a change
WRITES: Final = _set(
    """delete drop remove erase truncate insert update alter create purge wipe destroy overwrite rename modify cancel
    add write upsert replace revoke reset disable enable grant archive restore import upload send ban block suspend reboot
    restart kill shutdown unsubscribe reopen notify"""
)
POLITE: Final = _set(
    "please can could would will you kindly just now i we want need to would like go ahead and then lets let us"
)
TIME_WORDS: Final = _set(
    """second seconds minute minutes hour hours day days week weeks month months quarter quarters year years today yesterday
    tomorrow ago daily hourly weekly monthly yearly date weekend past previous next"""
)
#: all words that a stored value alone may never claim
RESERVED: Final = (
    FUNCTION | FILLER | frozenset(AGGREGATES) | frozenset(SUPERLATIVES) | frozenset(COMPARATIVES) | TIME_WORDS | WRITES
)  # fmt: skip
#: words that somebody misspells because they are said all the time, the commonest first
COMMON: Final = tuple(
    """how many which what who when where were was are with from for the and there than that have has does did all each
    every per show list give find count number total average median percentage percent share most least highest lowest
    largest smallest longest shortest latest oldest newest between before after since until during without never not
    seconds minutes hours bytes january february april august september october november december monday tuesday wednesday
    thursday friday saturday sunday more less fewer above below last this past previous today yesterday day days week weeks month months quarter year
    years minimum maximum different distinct grouped sorted ordered compared""".split()
)
#: headers of a column that names people
PEOPLE: Final = frozenset(
    "agent applicant artist assignee attendee author borrower buyer caller candidate client coach contestant customer doctor donor driver employee giver guest host instructor investor lender manager mechanic member nurse operator owner participant passenger patient person player pupil recruiter renter rep requester resident reporter reviewer rider salesperson seller speaker sponsor staff student subscriber supervisor teacher technician tenant trainer user volunteer worker".split()
)
#: of these, who made what a record is about
MAKERS: Final = frozenset({"artist", "author"})
#: a full stop behind these ends no sentence
ABBREVIATIONS: Final = _set("vs incl excl approx resp etc max avg e g dr mr mrs ms prof st jr sr")
