import { describe, expect, it } from "vitest";
import { csvName, toCsv } from "./csv";

const line = (...cells: Parameters<typeof toCsv>[0][number]) => toCsv([cells]).slice(1);

describe("toCsv", () => {
  it("marks the file as UTF-8 and ends each line as the standard has it", () => {
    expect(
      toCsv([
        ["Page", "Visitors"],
        ["/olá", 3],
      ]),
    ).toBe("\uFEFFPage,Visitors\r\n/olá,3\r\n");
  });

  it("quotes what would end a cell, and doubles quotes in it", () => {
    expect(line("a,b", 'say "hi"', "two\nlines", " edge ")).toBe(
      '"a,b","say ""hi""","two\nlines"," edge "\r\n',
    );
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])("lets no text become a formula: %j", (text) => {
    expect(line(text)).toMatch(/^"?'/);
  });

  it("quotes a formula that also holds a comma", () => {
    expect(line('=HYPERLINK("x","y")')).toBe('"\'=HYPERLINK(""x"",""y"")"\r\n');
  });

  it("leaves numbers numbers, negative ones too, and blanks blank", () => {
    expect(line(-3, 1234567, 0.5, null)).toBe("-3,1234567,0.5,\r\n");
  });
});

describe("csvName", () => {
  it("names site, ranking and days", () => {
    expect(csvName("lumen.blog", "entry_pages", "2026-09-01", "2026-09-30")).toBe(
      "lumen.blog entry-pages 2026-09-01 to 2026-09-30.csv",
    );
    expect(csvName("lumen.blog", "os", "2026-09-01", "2026-09-01")).toBe("lumen.blog os 2026-09-01.csv");
  });

  it("keeps out what a path would take for something else", () => {
    expect(csvName("a/b:c", "versions Chrome/Ö", "2026-09-01", "2026-09-01")).toBe(
      "a-b-c versions Chrome-Ö 2026-09-01.csv",
    );
  });
});
