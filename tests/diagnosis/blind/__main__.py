"""`python -m tests.diagnosis.blind`: what the first findings are worth, batch by batch (minutes)."""

from collections import Counter

from tests.diagnosis import blind


def main() -> None:
    """Print what each case gets, then the counts."""
    counts: dict[str, Counter[str]] = {}
    for name in blind.NAMES:
        wrong = blind.report(name, "grads_wrong")
        code = wrong.findings[0].code if wrong.findings else "none"
        worth = blind.worth(name, code)
        counts.setdefault(name[0], Counter())[worth] += 1
        print(name, code, worth, flush=True)
    for batch, count in counts.items():
        print(batch, dict(count))


if __name__ == "__main__":
    main()
