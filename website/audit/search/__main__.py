"""`make search`: at which place the right page comes, for questions and for words; and what was not found."""

from website.audit.search import NOWHERE, ask, place, sensible, typed, words


def main() -> None:
    """Print the places, and the misses by name."""
    for what, how in (("questions, whole", "asked"), ("as keywords", "keywords")):
        queries, every = zip(*typed(how), strict=True)
        found = ask(queries)
        places = [place(pages, question) for pages, question in zip(found, every, strict=True)]
        first, three, ten = (sum(at <= most for at in places) for most in (1, 3, 10))
        print(f"{what:17} first {first}, among three {three}, among ten {ten}, of {len(places)}")
        for at, query, pages, question in zip(places, queries, found, every, strict=True):
            if at > 3:
                where = "nowhere" if at == NOWHERE else f"at {at}"
                print(f"    {where}: {query[:70]!r} -> {pages[0][0] if pages else 'nothing'}, not {question.answer}")
    patterns = words()
    found = ask(patterns)
    none = [word for word, pages in zip(patterns, found, strict=True) if not pages]
    odd = [
        f"{word} -> {pages[0][0]}"
        for (word, pattern), pages in zip(patterns.items(), found, strict=True)
        if pages and not sensible(pages, pattern)
    ]
    kept, good = len(patterns) - len(none), len(patterns) - len(none) - len(odd)
    print(f"words of the field  found {kept}, sensible {good}, of {len(patterns)}")
    print("    nothing found:", ", ".join(none) or "none")
    print("    first is odd:", "; ".join(odd) or "none")


if __name__ == "__main__":
    main()
