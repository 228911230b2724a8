"""Pages that need a framework: skipped with a reason where it is missing, never claimed by a run that lacked it."""

import pytest

from website.verify import blocks, document, needs, record
from website.verify.blocks import Unverified

TEXT = (
    '---\ntitle: A\nneeds: torch\n---\n\n```python\nimport torch\nprint(1)\n```\n\n```text title="Output"\n1\n```\n'
)


@pytest.fixture
def lacking(monkeypatch):
    monkeypatch.setattr(needs, "find_spec", lambda name: None)
    monkeypatch.delenv("GRADLAB_FRAMEWORKS", raising=False)


def test_what_a_page_needs():
    assert needs.of(TEXT) == ("torch",)
    assert needs.of(TEXT.replace("torch", "torch, jax", 1)) == ("torch", "jax")
    assert needs.of("no front matter\n\nneeds: torch\n") == ()


@pytest.mark.usefixtures("lacking")
def test_its_blocks_are_not_run_and_say_why():
    assert {block.reason for block in blocks.find(TEXT)} == {"needs PyTorch: `make frameworks` runs it"}
    page = document.Page.of(TEXT, "page.md")
    with page.running() as running:
        assert [running.failures(index) for index in range(len(page.blocks))] == ["", ""]
        assert not running.done


@pytest.mark.usefixtures("lacking")
def test_where_all_frameworks_are_promised_nothing_is_skipped(monkeypatch):
    monkeypatch.setenv("GRADLAB_FRAMEWORKS", "1")
    assert {block.reason for block in blocks.find(TEXT)} == {""}


def test_an_unknown_framework_is_refused():
    with pytest.raises(Unverified, match="needs 'tourch'"):
        blocks.find(TEXT.replace("torch", "tourch", 1))


def test_a_run_that_lacks_the_framework_leaves_the_record_alone(tmp_path):
    path = tmp_path / "verified.json"
    name = "docs/index.md"
    record.update({name: record.Run("a", 2, run=[1, 5])}, path)
    lost = [{"line": line, "reason": "needs PyTorch: `make frameworks` runs it"} for line in (1, 5)]
    record.update({name: record.Run("b", 2, skipped=lost)}, path)
    assert record._read(path)[name]["run"] == 2
    record.update({name: record.Run("b", 2, failed=[1], skipped=lost[:1])}, path)
    assert record._read(path)[name]["failed"] == [1]
