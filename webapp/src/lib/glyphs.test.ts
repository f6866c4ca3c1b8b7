import { describe, expect, it } from "vitest";
import { glyphOf, monogramOf } from "./glyphs";

describe("glyphOf", () => {
  it("tells browsers, systems and screens apart, Chrome from ChromeOS too", () => {
    const glyphs = [
      glyphOf("visit:browser", "Chrome"),
      glyphOf("visit:browser", "Mobile Safari"),
      glyphOf("visit:browser", "Lynx"),
      glyphOf("visit:os", "Chrome OS"),
      glyphOf("visit:os", "GNU/Linux"),
      glyphOf("visit:screen", "576-991"),
    ];
    expect(new Set(glyphs).size).toBe(glyphs.length);
    expect(glyphs).not.toContain(undefined);
  });

  it("says nothing of pages, and that something is blank", () => {
    expect(glyphOf("event:page", "/chrome")).toBeUndefined();
    expect(glyphOf("visit:os", "(not set)")).toBe(glyphOf("visit:browser", ""));
    expect(glyphOf("visit:referrer", "Direct / None")).toBe(glyphOf("visit:channel", "Direct"));
  });
});

describe("monogramOf", () => {
  it("gives a source its letter and a hue that stays", () => {
    expect(monogramOf("visit:source", "google")).toEqual({
      ...monogramOf("visit:source", "Google"),
      letter: "G",
    });
    expect(monogramOf("visit:referrer", "t.co/a")?.hue).toBe(monogramOf("visit:referrer", "t.co/b")?.hue);
    expect(monogramOf("visit:source", "ábaco")?.letter).toBe("Á");
  });

  it("gives none to what has no letter, is direct, or is no source", () => {
    expect(monogramOf("visit:source", "—")).toBeNull();
    expect(monogramOf("visit:source", "Direct / None")).toBeNull();
    expect(monogramOf("visit:browser", "Chrome")).toBeNull();
  });
});
