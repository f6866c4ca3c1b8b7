import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { codeOf, isDrawn, type Shape, shades, undrawn } from "./map-data";
import { countryName } from "./names";

const atlas = (scale: string): Shape[] =>
  JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve(`world-atlas/countries-${scale}.json`), "utf8"),
  ).objects.countries.geometries;

describe("codeOf", () => {
  it("knows every shape that is drawn", () => {
    expect(atlas("110m").filter((shape) => codeOf(shape) === null)).toEqual([]);
  });

  it("calls shapes what their maker calls them", () => {
    // Abbreviations and other spellings; a wrong code would stand out.
    const known = [
      "AU",
      "BL",
      "CD",
      "CV",
      "CY",
      "CZ",
      "EH",
      "FO",
      "GQ",
      "GS",
      "IO",
      "LC",
      "MF",
      "MK",
      "MP",
    ].concat(["PF", "SH", "SS", "SZ", "TF", "TR"]);
    const different = atlas("50m").filter((shape) => {
      const code = codeOf(shape);
      return code !== null && countryName(code).slice(0, 3) !== shape.properties.name.slice(0, 3);
    });
    expect(different.map((shape) => codeOf(shape) ?? "").filter((code) => !known.includes(code))).toEqual([]);
  });

  it("leaves Antarctica out", () => {
    expect(isDrawn({ id: "010", properties: { name: "Antarctica" } })).toBe(false);
    expect(isDrawn({ id: "076", properties: { name: "Brazil" } })).toBe(true);
  });
});

describe("shades", () => {
  it("runs from nothing to the most visited, with the least visited still to be seen", () => {
    const [most, least, none, unknown] = shades(
      ["BR", "PT", "DE", null],
      [
        { value: "BR", visitors: 10_000 },
        { value: "PT", visitors: 1 },
        { value: "", visitors: 500 },
      ],
    );
    expect(most).toBe(1);
    expect(least).toBeGreaterThan(0.1);
    expect([none, unknown]).toEqual([0, 0]);
  });

  it("is blank without rows", () => {
    expect(shades(["BR"], [])).toEqual([0]);
  });
});

describe("undrawn", () => {
  it("tells who the map can't show", () => {
    const rows = [
      { value: "BR", visitors: 3 },
      { value: "SG", visitors: 2 },
      { value: "(not set)", visitors: 1 },
    ];
    expect(undrawn(["BR", "PT"], rows).map(({ value }) => value)).toEqual(["SG", "(not set)"]);
  });
});
