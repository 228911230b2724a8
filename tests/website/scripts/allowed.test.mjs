import assert from "node:assert/strict";
import test from "node:test";
import { attribute, tagAllowed, tagDropped } from "../../../website/browser/live/allowed.mjs";

test("what leads away, asks, loads, styles or covers is no tag of a result", () => {
  const bad =
    "meta base link style script iframe frame object embed form input button select textarea template img image video audio foreignObject use animate set dialog marquee html body head slot live-block";
  for (const tag of bad.split(" ")) assert.ok(!tagAllowed(tag), tag);
  for (const tag of ["script", "STYLE", "iframe", "template"]) assert.ok(tagDropped(tag), tag);
});

test("no attribute runs, styles, loads, or names what is the page's own", () => {
  for (const [tag, name, value] of [
    ["p", "onclick", "x()"],
    ["svg", "onload", "x()"],
    ["p", "style", "position:fixed"],
    ["p", "class", "md-overlay live-bar"],
    ["p", "id", "__search"],
    ["a", "href", "javascript:x()"],
    ["a", "href", "https://other.example/"],
    ["a", "href", "//other.example/"],
    ["a", "href", "data:text/html,x"],
    ["p", "href", "#x"],
    ["rect", "fill", "url(https://other.example/x)"],
    ["rect", "fill", "URL (//other.example)"],
    ["p", "data-md-component", "dialog"],
    ["p", "is", "live-block"],
    ["p", "slot", "x"],
    ["p", "popover", ""],
  ])
    assert.equal(attribute(tag, name, value), undefined, `${tag} ${name}=${value}`);
});

test("what reports and pictures need stays", () => {
  assert.equal(attribute("div", "class", "gradlab-report gradlab-wrong md-x"), "gradlab-report gradlab-wrong");
  assert.equal(attribute("td", "colspan", "3"), "3");
  assert.equal(attribute("svg", "viewBox", "0 0 560 340"), "0 0 560 340");
  assert.equal(attribute("path", "fill", "var(--gl-wrong)"), "var(--gl-wrong)");
  assert.equal(attribute("path", "clip-path", "url(#gradlab-clip)"), "url(#gradlab-clip)");
  assert.equal(attribute("a", "href", "../../reference/findings/#gl102"), "../../reference/findings/#gl102");
  for (const tag of ["div", "p", "table", "svg", "polyline", "clipPath"]) assert.ok(tagAllowed(tag), tag);
});
