# ruff: noqa: E501 - patterns read better wide
"""Many ways to ask the same, put in the words that the grammar knows: "headcount of guests" is the
number of guests, "break invoices down by status" is invoices by status. Closed phrases of English
only: a word that names data is never taken for one, and values are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from orchestrator.planner.lexicon import Lexicon
from orchestrator.planner.spans import content
from orchestrator.planner.words import Word, stem

#: a few words without a comma, as few as fit
_SOME: Final = r"[^ ,]+(?: [^ ,]+){0,7}?"
_REST: Final = r"[^ ,]+(?: [^ ,]+){0,7}"
_PART: Final = r"(?:part|share|portion|slice|chunk|percentage|fraction|proportion|percent|%)"
_PARTED: Final = r"(?:breakdown|split|distribution|make-?up|composition|partition|division)"
_OVER: Final = r"(?:by|across|over|between|among|amongst|per|into|along|for each)"
_CUT: Final = r"(?:break|split|slice|segment|divide|categori[sz]e|cluster|partition|group|bucket|separate|roll)"
_TABLE: Final = r"(?:matrix|grid|cross ?tab|crosstab|cross table|pivot|pivot table|heat ?map|contingency table|table)"
_BIG: Final = r"(?:big|large|great|high|small)"
_ADDS: Final = r"(?:add up to|amount to|come to|sum to|sum up to|total up to|adds up to|amounts to|comes to|total)"
_BEATS: Final = r"(?:outnumber|exceed|surpass|outweigh|outstrip)"
_ENOUGH: Final = r"(?: in total| altogether| all together| overall| together)?"
_PLEASE: Final = r"(?:please |can you |could you |now |just |and |then )*"

#: (what is said, what the grammar knows it as); `{a}` keeps the words as they stand
_PHRASES: Final[tuple[tuple[str, str], ...]] = (
    # -- what only opens a question
    (r"^(?:(?:quick|short|simple|one more|another|next|small) (?:one|question|thing)|question|hi there|hey there|hey team|good (?:morning|afternoon|evening)|sorry|btw|fyi|for (?:the|my|a|our) (?:report|slides|deck|meeting|board|boss|manager|newsletter))(?: ,| for you)*", ""),
    (r"^(?:i would|i d|i|we|we d|we would) (?:like|want|need|love) (?:to (?:know|see|have|get|understand|find out|learn))?(?= (?:how|what|which|who|when|where) )", ""),
    (r"(?:by|until) when (?:do|does|must|should|shall) (?:we|i|they|you|it)(?: have to| need to)? [a-z]+", "when is due"),
    (r"(?:which|what|the) (?P<a>[^ ,]+) (?P<b>(?!is |are |does |do |did |of |in )[^ ,]+(?: (?!of |in )[^ ,]+){0,2}?) (?:belongs? to|works? for|is (?:on|in))(?= and|$)", "the {a} of {b}"),
    (r"(?:which|what) (?P<a>[^ ,]+(?<!s)) (?:is|are|does|do) (?P<b>(?!the |a |an |we |i |you |they |it |there )@some) (?:on|in|belong to|work for)(?= and |$)", "what {a} of {b}"),
    (r"^what (?:does|do|did) (?P<a>(?!we |i |you |they |people )@some) do$", "description of {a}"),
    (r"^(?P<a>(?:(?:what|which|list|show|give|me|all|the|different) )*(?!how )[^ ,]+(?: [^ ,]+)?) (?:do |does |did |that )?(?:our |the |all )*(?P<w>people|visitors|users|customers|clients|folks|they|we) (?P<u>use|used|using)$", "different {a}"),
    (r"(?:everybody|everyone|all people)(?= (?:at|in|from|on|with|who|whose)(?: |$))", "people"),
    (r"(?:where|whose|with) (?:the |their |its )?(?P<a>[^ ,]+(?: [^ ,]+)?) (?:is|are|was|were) (?:missing|empty|blank|null|unset|not set|not known)(?= |$)", "without {a}"),
    (r"(?P<u>accounts?|accounted|accounting) for(?= (?:more|less|over|under|fewer|at) )", "with"),
    (r"(?:best|strongest) (?P<u>month|week|day|quarter|year) (?:for|by|in terms of) (?P<a>@rest)", "the {u} with the most {a}"),
    (r"(?:worst|weakest) (?P<u>month|week|day|quarter|year) (?:for|by|in terms of) (?P<a>@rest)", "the {u} with the least {a}"),
    (r"(?P<u>is|are|was|were)(?: (?:currently|still|all))? (?P<o>off|on)(?= ,| and | or |$)", "{u} switched {o}"),
    (r"^(?P<o>(?:show |list |give )?(?:me )?)all (?P<a>[^ ,]+(?: [^ ,]+)?) but (?:for )?(?:the |those )?(?P<b>@some)(?: ones)?(?= ,|$)", "{o} all {a} except {b}"),
    (r"(?:adds?|adding|added|sums?|amounts?|amounting) (?:up )?to (?P<a>(?:more than|less than|over|under|at least|at most|above|below) [^ ,]+(?: (?:eur|euros?|usd|gbp|chf))?)(?= ,|$)", "{a} in total"),
    (r"(?:with|having|have|has) (?:a )?total (?P<a>[^ ,]+) (?:of )?(?P<b>(?:more than|less than|over|under|at least|at most|above|below) [^ ,]+(?: (?:eur|euros?|usd|gbp|chf))?)(?= ,|$)", "with {a} {b} in total"),
    (r"^what (?:is|was) the longest (?:a|an|any) (?P<a>@some) (?:has |have |had )?(?:ever )?(?P<v>lasted|taken|took)$", "maximum duration of {a}"),
    (r"^what (?:is|was) the shortest (?:a|an|any) (?P<a>@some) (?:has |have |had )?(?:ever )?(?P<v>lasted|taken|took)$", "minimum duration of {a}"),
    (r"on (?:their|his|her|my|your|our|its) (?:plate|plates|desk|desks|hands|radar)", ""),
    (r"^(?:out )?of (?:all |the |our |those )*(?P<a>@some) ,? ?which (?P<b>@some) (?P<v>[^ ]+) the (?P<m>most|fewest|least)(?= |$)(?! [^ ,]+ [^ ,]*s )", "which {b} {v} the {m} {a}"),
    (r"(?:together|along) with", "with"),
    (r"who (?:among|amongst|out of|of) (?:us|you|them|these|those)", "who"),
    (r"who (?:among|amongst|out of|of|from|in)(?: all| the| our)*", "which"),
    (r"at (?:the|this) (?:very )?moment|at (?:the|this) (?:point|time|point in time)(?= ,|$)|at present|presently|as of (?:right )?now|as things stand|as we speak|for the time being", "now"),
    (r"(?<![0-9] )plus(?= (?!(?:or minus|[0-9]))[a-z])", "and"),
    (r"(?:any|every|all)(?:thing|one|body)? (?:but|other than)(?= [^ ,])", "not"),
    (r"how many (?P<u>ms|milliseconds|seconds|minutes|hours) (?P<d>did|does|do) (?P<a>@some) (?:take|last)", "how long {d} {a} take in {u}"),
    # -- how many
    (r"(?:the )?(?:headcount|head count|tally) of", "number of"),
    (r"^@please(?:tally|tot|add)(?: up)?(?: the| all| number of)*", "count"),
    (r"^@please(?:tell me|say|work out|find out) how many", "how many"),
    (r"how many (?:cases|instances|occurrences|examples) of", "how many"),
    (r"(?:number|count) of (?:cases|instances|occurrences) of", "number of"),
    (r"(?<=how many) (?:separate|individual|discrete|distinctly different)", "distinct"),
    (r"(?:number of|count of|how many) (?:unique|individual|separate)", "number of distinct"),
    (r"from how many (?:(?:different|distinct|separate|unique|various) )?(?P<a>[^ ,]+) (?:do|does|did|have|are|is)", "how many distinct {a} of"),
    (r"(?:i need|i want|tell|give|show|report)(?: me| us)? (?:just |only )?(?:the |a )?(?:number|count)(?: of them)?(?: please)?$", "how many"),
    (r"no\. of|nr of|nbr of|num of", "number of"),
    (r"(?:at least|minimum) (?:one|1|a single)(?= (?!of|in|to|or)[^ ,]+)", "a"),
    (r"(?:who |that |which )?(?:have |has |had |had to )?wait(?:s|ed)? (?P<o>(?:more than|longer than|over|less than|under|at least|up to) [^ ,]+ [^ ,]+) for (?:(?:a|an|the|their|its|our|any) )*(?P<n>[^ ,]+(?: [^ ,]+)?)(?= |$)", "with {n} {o}"),
    *(
        phrase
        for adverb, unit in (("hourly", "hour"), ("daily", "day"), ("weekly", "week"), ("monthly", "month"), ("quarterly", "quarter"))
        for phrase in (
            (rf"(?P<a>{adverb}) (?:number|count|total)s? of", f"per {unit} number of"),
            (rf"^(?:which|what|@please the|@please) ?(?P<n>[^ ,]+) (?P<u>{unit}s) (?:had|have|saw|got|with|that had|having) (?:the )?(?P<w>@most) (?P<x>@rest)", f"which {unit} had the {{n}} {{w}} {{x}}"),
            (rf"^(?:@please|the )*top (?P<n>[^ ,]+) (?P<u>{unit}s) (?:by|for|with|in terms of)(?: the)?(?: most| highest)?(?: number of| count of)? (?P<x>@rest)", f"which {unit} had the {{n}} most {{x}}"),
            (rf"^(?:@please|the )*(?P<n>[^ ,]+) (?:busiest|best) (?P<u>{unit}s) (?:by|for|of|in terms of)(?: the)?(?: number of)? (?P<x>@rest)", f"which {unit} had the {{n}} most {{x}}"),
            (rf"^(?:@please|the |what was the |which was the |our )*(?:busiest|best|top) (?P<u>{unit}) (?:by|for|in terms of)(?: the)?(?: number of)? (?P<x>@rest)", f"which {unit} had the most {{x}}"),
        )
    ),
    (r"how much (?:data|storage|space|disk space|disk|storage space)(?= )", "how many bytes"),
    (r"(?:brings?|brought|pulls?|pulled|takes?|took) in(?= (?:the )?(?:most|least|highest|lowest|biggest) )", "has"),
    (r"(?:generates?|generated|produces?|produced|yields?|yielded|earns?|contributes?)(?= (?:the )?(?:most|least|highest|lowest|biggest) )", "has"),
    # -- folds
    (r"(?:sum|add|total|tot) (?:up|together)(?: all)?", "sum of"),
    (r"(?:across|throughout) all(?: of)?(?: the| our)?(?= [^ ,]+(?: [^ ,]+)?$)", "of all"),
    (r"(?P<a>above|below|over|under) (?:the )?(?:usual|norm|normal)$", "{a} the average"),
    (r"all in all|all told|in all(?= |$)(?! [^ ,]*s )|put together|taken together|summed up|added up|all combined|lumped together", "in total"),
    (r"(?:got|gets|get|getting|ended up(?: being)?|turned out(?: to be)?)(?= (?:[a-z]+(?:ed|en)|lost|paid|sold|sent)(?: |$))", "were"),
    (r"(?P<a>[a-z]+) (?:us|me) the (?P<b>most|least)", "{a} the {b}"),
    (r"^(?!how |which |what |who |total |count |the total )(?P<a>[^ ,]+(?: (?!with |excluding |except |without )[^ ,]+){0,3}) , (?:in )?total(?: [a-z%]+)?$", "total {a}"),
    (r"(?:the )?first of (?P<a>january|february|march|april|may|june|july|august|september|october|november|december)", "1 {a}"),
    (r"grand total|sum total|running total|overall total|cumulative|cumulated|accumulated|aggregated?", "total"),
    (r"mid ?point|middle value|half ?way value|50th percentile", "median"),
    (r"arithmetic mean|mean average|average value", "average"),
    (r"in the mean|in general|generally|as a rule|ordinarily|normally", "on average"),
    (r"^(?:the |what is the )*range (?:of|for) (?:the )?(?P<a>@some)(?= ,| i e|$)", "minimum and maximum {a}"),
    (r"^what (?:does|do|did|is|was) (?:a|an|the) (?:typical|average|usual|normal|mean) (?P<a>@some) (?:come to|amount to|cost|worth)$", "average of {a}"),
    (r"^(?:what|how much)(?: money)? (?:do|does|did) (?:the |all |our |all the |all our )*(?P<a>@some) @adds@enough", "total of {a}"),
    (r"number and (?:the )?(?P<a>total|sum|average|mean)(?: of them| amount| value)?$", "count and {a} amount"),
    (r"typical(?= .* median(?: |$))", ""),
    (r"(?P<f>average|mean|median|maximum|minimum|max|min|highest|lowest) (?P<a>@some) and (?:its|their|the) (?P<g>average|mean|median|maximum|minimum|max|min)(?= (?:in|on|of|for|per|by|at|over|across) |$| ,)", "{f} and {g} {a}"),
    (r"(?:on average )?how many (?P<a>[^ ,]+(?: [^ ,]+)?) (?:do|does|did) (?:a|an|one|the average|the typical|the usual) (?P<b>[^ ,]+(?: [^ ,]+)?) (?:have|has|contain|get|receive|make|open|write|hold|include|use|see|view|run|send|create|do)(?: on average)?", "average number of {a} per {b}"),
    (r"(?:totals|sums) (?:of|for)", "total of"),
    (r"(?:averages|means) (?:of|for)", "average of"),
    # -- rows of what
    (r"^which (?P<b>[^ ,]+(?: [^ ,]+)?) (?P<v>[^ ,]+) how many (?P<a>[^ ,]+(?: [^ ,]+)?)$", "number of {a} per {b}"),
    (r"(?:only )?(?:where|when|if) there (?:is|was) (?P<a>an? [^ ,]+)", "with {a}"),
    (r"^@please@cut (?:down |up )?(?:the |all |our )*(?P<a>@some) (?:down |up |apart )?(?:@over) (?P<b>@some) (?:, )?and (?:give|show|tell|get|list)(?: me| us)? (?:the )?(?P<c>@some) (?:in|for|of|per) (?:each|every)(?: one| of them| group| bucket)?$", "{c} of {a} by {b}"),
    (r"^@please@cut (?:down |up )?(?:the |all |our )*(?P<a>@some) (?:down |up |apart )?(?:@over) (?P<b>@some)", "{a} by {b}"),
    (r"(?:a |the )?(?:@parted) of (?:the |all |our )*(?P<a>@some) (?:@over) (?:the |different |all )*(?P<b>@some)(?! (?:,|or) )", "number of {a} by {b}"),
    (r"how (?:are|were|do|did) (?:the |all |our )*(?P<a>@some) (?:distributed|spread|split|divided|broken|break|distribute|divide)(?: up| down| out)? (?:@over) (?:the |different |all )*(?P<b>@some)(?! (?:,|or) )", "number of {a} by {b}"),
    (r"(?:a |the )?@table of (?P<a>@some) (?:against|by|and|vs|versus|over|with|x|times) (?P<b>@some)(?: with (?:the )?(?:counts?|numbers?|totals?))?$", "count by {a} and {b}"),
    (r"(?:for|per|by) (?:every|each) (?:combination|pair|pairing) of (?P<a>@some) (?:and|with) (?P<b>@some)", "by {a} and {b}"),
    (r"on a per (?P<a>[^ ,]+) basis", "per {a}"),
    (r"(?P<a>[^ ,]+) wise(?= |$)", "by {a}"),
    (r"(?P<a>(?!side )[^ ,]+) by (?P<b>(?P=a))", "by {a}"),
    (r"(?:depending on|according to|as a function of|arranged by|clustered by|aggregated by|bucketed by|sliced by|rolled up by|summari[sz]ed by|segmented by|itemi[sz]ed by|differentiated by|classified by)", "by"),
    (r"(?<=by )(?P<a>[^ ,]+) (?:as well as|then by|then|and then by|and then|and by|and also by|, then by|, then)", "{a} and"),
    (r"by both", "by"),
    (r"(?:per|by|for each|for every) (?P<a>@unit) and (?:(?:per|by) )?(?P<b>(?!@unit|how|what|the|which|who|show|also|only|in|for|by|their|its|to|of|on|is|are|was|were|over|from|total|average|give|change|compare|growth)[a-z]+)(?= |$)(?! (?:did|do|does|was|were|is|are|total|average))", "by {b} per {a}"),
    (r"(?:per|by|for each|for every) (?P<b>(?!@unit|the)[a-z]+) and (?:(?:per|by) )?(?P<a>@unit)(?= |$)(?! of| by)", "by {b} per {a}"),
    (r"(?:(?:how many|count|number of|counts of) )?(?:the )?yes(?:es)? (?:and|or|,|vs|versus|against)(?: (?:and|how many|count|number of|the))* no(?:s|es)?(?= |$)", "count yesno"),
    # -- parts
    (r"how @big (?:a |is the |an )@part (?:of|is)", "what share of"),
    (r"what (?:portion|slice|chunk|part) of", "what share of"),
    (r"^(?:the |what is the )*rate of(?! (?:growth|change|increase|decrease|decline))", "share of"),
    (r"^(?:out )?of (?:all |the |our |every )*(?P<a>@some) ,? ?(?:what|which|how (?:big|large|high|great) an?|how many) (?P<p>@part)(?: of them| of these)?", "what {p} of {a}"),
    (r"(?:what|which) (?P<p>@part) (?:do|does|did) (?:the )?(?P<b>@some) (?:make up|account for|represent|constitute|have|contribute) (?:of|in|among|to|out of) (?:all |the |our )*(?P<a>@some)", "what {p} of {a} is {b}"),
    (r"^(?:what |which )?(?P<p>@part) (?:of|in|among) (?:all |the |our )*(?P<a>@some) (?:do|does|did) (?:the )?(?P<b>@some) (?:make up|account for|represent|constitute|have|contribute)$", "what {p} of {a} is {b}"),
    # -- two of them
    (r"how many times (?:more|as many) (?P<a>@some) (?:than|as) (?P<b>@some)(?: (?:were|are|do|did|have|has|was|is)(?: there| we| we have| we got)?)?(?= ratio| as a ratio|$| in | on | during | last | this )", "ratio of {a} to {b}"),
    (r"^@please(?:subtract|take|deduct) (?P<a>@some) from (?P<b>@rest)$", "difference between {b} and {a}"),
    (r"by how (?:much|many) (?:do|does|did) (?:the |all |our )*(?P<a>@some) @beats (?:the |all |our )*(?P<b>@some)", "difference between number of {a} and number of {b}"),
    (r"(?P<a>(?:above|below|over|under)) average (?P<b>[^ ,]+)$", "{b} {a} the average"),
    (r"(?<=than )(?:the )?(?:usual|normal|norm|typical|typically|usually|on average)(?= |$)", "the average"),
    (r"than(?: the)? (?P<a>average|mean|median|typical|usual) (?:one|ones|value)", "than the {a}"),
    (r"(?:exceed|exceeds|exceeded|exceeding|surpass|surpasses|surpassed|beats?)(?= (?:the )?(?:average|mean|median))", "above"),
    # -- who, and what adds nothing
    (r"(?<=by )(?:nobody|noone|not anybody|not anyone|nobody at all|no one at all|no person|no human)", "no one"),
    (r"(?:on|in) (?:our|the|my) (?:books|system|records|platform)", ""),
    (r"(?:(?:only )?once each|each (?:only )?once|without (?:any )?(?:duplicates|repeats|repetitions)|no (?:duplicates|repeats|dupes)|deduplicated|deduped)", "distinct"),
)  # fmt: skip
_SHORT: Final = {
    "@unit": r"(?:hour|day|week|month|quarter|year)\b",
    "@some": _SOME, "@rest": _REST, "@parted": _PARTED, "@part": _PART, "@over": _OVER, "@cut": _CUT,
    "@table": _TABLE, "@big": _BIG, "@adds": _ADDS, "@beats": _BEATS, "@enough": _ENOUGH,
    "@please": _PLEASE, "@most": r"(?:most|fewest|least|highest|lowest|biggest|smallest)",
}  # fmt: skip
_REWORDED_MAX: Final = 80  # words; whoever asks so much does not say it in these phrases


def reworded(words: tuple[Word, ...], lexicon: Lexicon) -> tuple[Word, ...]:
    """The words with such phrases in the grammar's own words. What a word stands for keeps its
    place in the text."""
    if len(words) > _REWORDED_MAX:
        return words
    words = tuple(part for n, word in enumerate(words) for part in _spelled_out(word, n))
    text, starts = _joined(words)
    for pattern, form in _patterns():
        found = pattern.search(text)
        if found is not None and not _names(found, words, starts, lexicon):
            words = _replaced(words, starts, found, form)
            text, starts = _joined(words)
    return words


def _spelled_out(word: Word, place: int) -> Iterator[Word]:
    """ "US" in capitals is a country, "us" is not."""
    if word.raw != "US" or not place:
        yield word
        return
    for text in ("united", "states"):
        yield replace(word, text=text, stem=stem(text))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    made = []
    for said, form in _PHRASES:
        for short, long in _SHORT.items():
            said = said.replace(short, long)
        made.append((re.compile(rf"(?:^|(?<= ))(?:{said})(?= |$)"), form))
    return tuple(made)


def _names(
    found: re.Match[str], words: tuple[Word, ...], starts: list[int], lexicon: Lexicon
) -> bool:
    """Whether a word of the phrase itself, outside its groups, is one that names data here."""
    kept = [found.span(n) for n in range(1, found.re.groups + 1)]
    return any(
        (
            content(word)
            and any(m.surface == (word.text,) for m in lexicon.schema.get((word.stem,), ()))
        )
        or (word.raw[:1].isupper() and n > 0 and lexicon.values((word.text,)))
        for n, (word, at) in enumerate(zip(words, starts, strict=True))
        if found.start() <= at < found.end() and not any(a <= at < b for a, b in kept)
    )


def _joined(words: tuple[Word, ...]) -> tuple[str, list[int]]:
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.text) + 1
    return " ".join(word.text for word in words), starts


def _replaced(
    words: tuple[Word, ...], starts: list[int], found: re.Match[str], form: str
) -> tuple[Word, ...]:
    inside = [n for n, at in enumerate(starts) if found.start() <= at < found.end()]
    first, last = inside[0], inside[-1] + 1
    made: list[Word] = []
    at = words[first].start
    for part in form.split():
        if part[0] != "{":
            made.append(Word(part, stem(part), part, at, at, "word"))
            continue
        for n in _within(starts, found.span(part[1:-1])):
            word = words[n]
            if word.start < at:  # it moved: the text between is not what stood before it
                word = replace(word, start=at, end=at)
            made.append(word)
            at = word.end
    return (*words[:first], *made, *words[last:])


def _within(starts: list[int], span: tuple[int, int]) -> Iterator[int]:
    return (n for n, at in enumerate(starts) if span[0] <= at < span[1])
