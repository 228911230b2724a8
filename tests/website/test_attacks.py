"""No attack on the verifier stays green, and what right pages need stays so."""

import pytest

from tests.chosen import sweep
from tests.website import attacks
from website.verify import rendered, sandbox
from website.verify.blocks import Unverified
from website.verify.document import Page
from website.verify.unproved import unproved


def refusal(text: str) -> str:
    """Why a page is refused, or which block of it fails; empty if it is green."""
    try:
        page = Page.of(text, "page.md")
        rendered.compare(page.text, page.blocks, page.name)
    except Unverified as error:
        return str(error)
    with page.running() as running:
        return next((found for k in range(len(page.blocks)) if (found := running.failures(k))), "")


@pytest.mark.parametrize("name", sweep(attacks.NUMBERS))
def test_a_wrong_number_is_refused(name: str) -> None:
    assert "page.md:" in refusal(attacks.NUMBERS[name])


@pytest.mark.parametrize("name", sweep(attacks.ENDS))
def test_what_ends_warns_or_fails_elsewhere_is_refused(name: str) -> None:
    assert "page.md:" in refusal(attacks.ENDS[name])


@pytest.mark.parametrize("name", sweep(attacks.CLAIMS))
def test_a_value_that_nothing_checks_is_refused(name: str) -> None:
    assert "page.md:" in refusal(attacks.CLAIMS[name])


@pytest.mark.parametrize("name", sweep(attacks.LOOKS))
def test_what_only_looks_like_code_or_output_is_refused(name: str) -> None:
    assert "page.md:" in refusal(attacks.LOOKS[name])


@pytest.mark.parametrize("name", attacks.PROSE)
def test_a_number_that_nothing_computes_is_listed(name: str) -> None:
    assert list(unproved(attacks.PROSE[name]))


@pytest.mark.parametrize("name", sweep(attacks.FIFTH))
def test_code_that_is_not_what_it_looks_like_is_refused(name: str) -> None:
    assert "page.md:" in refusal(attacks.FIFTH[name])


@pytest.mark.skipif(not sandbox.FORKS, reason="the shorter limit does not reach a spawned process")
@pytest.mark.parametrize("name", sweep(attacks.ENDLESS))
def test_what_does_not_end_is_stopped_with_its_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LIMIT", 1)
    monkeypatch.setattr(sandbox, "GRACE", 2)
    found = refusal(attacks.ENDLESS[name])
    assert "page.md:" in found
    assert "did not end" in found or "never ends" in found
