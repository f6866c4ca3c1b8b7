// From rows of countries to what the map draws. Pure, and loaded with the map: nothing else needs these codes.

/** Two-letter codes by the numbers that the shapes have (ISO 3166-1). */
const CODES =
  "AF004AL008AQ010DZ012AS016AD020AO024AG028AZ031AR032AU036AT040BS044BH048BD050AM051BB052BE056BM060BT064BO068BA070BW072" +
  "BV074BR076BZ084IO086SB090VG092BN096BG100MM104BI108BY112KH116CM120CA124CV132KY136CF140LK144TD148CL152CN156TW158CX162" +
  "CC166CO170KM174YT175CG178CD180CK184CR188HR191CU192CY196CZ203BJ204DK208DM212DO214EC218SV222GQ226ET231ER232EE233FO234" +
  "FK238GS239FJ242FI246AX248FR250GF254PF258TF260DJ262GA266GE268GM270PS275DE276GH288GI292KI296GR300GL304GD308GP312GU316" +
  "GT320GN324GY328HT332HM334VA336HN340HK344HU348IS352IN356ID360IR364IQ368IE372IL376IT380CI384JM388JP392KZ398JO400KE404" +
  "KP408KR410KW414KG417LA418LB422LS426LV428LR430LY434LI438LT440LU442MO446MG450MW454MY458MV462ML466MT470MQ474MR478MU480" +
  "MX484MC492MN496MD498ME499MS500MA504MZ508OM512NA516NR520NP524NL528CW531AW533SX534BQ535NC540VU548NZ554NI558NE562NG566" +
  "NU570NF574NO578MP580UM581FM583MH584PW585PK586PA591PG598PY600PE604PH608PN612PL616PT620GW624TL626PR630QA634RE638RO642" +
  "RU643RW646BL652SH654KN659AI660LC662MF663PM666VC670SM674ST678SA682SN686RS688SC690SL694SG702SK703VN704SI705SO706ZA710" +
  "ZW716ES724SS728SD729EH732SR740SJ744SZ748SE752CH756SY760TJ762TH764TG768TK772TO776TT780AE784TN788TR792TM795TC796TV798" +
  "UG800UA804MK807EG818GB826GG831JE832IM833TZ834US840VI850BF854UY858UZ860VE862WF876WS882YE887ZM894";

const BY_NUMBER = new Map(
  [...CODES.matchAll(/([A-Z]{2})(\d{3})/g)].map(([, code = "", number = ""]) => [number, code] as const),
);

/** Shapes without a number, as addresses there are counted. */
const BY_NAME: Partial<Record<string, string>> = { Kosovo: "XK", "N. Cyprus": "CY", Somaliland: "SO" };

export interface Shape {
  id?: string | number | undefined;
  properties: { name: string };
}

/** The code that rows of countries have for a shape; `null` for one that no visitor can be from. */
export function codeOf({ id, properties }: Shape): string | null {
  return id === undefined
    ? (BY_NAME[properties.name] ?? null)
    : (BY_NUMBER.get(`${id}`.padStart(3, "0")) ?? null);
}

/** Antarctica takes a third of the height, and nobody lives there. */
export const isDrawn = (shape: Shape) => codeOf(shape) !== "AQ";

export interface CountryRow {
  value: string;
  visitors: number;
}

/** How dark each of the shapes is, from 0 to 1; 0 without visitors. The root keeps small countries apart from none. */
export function shades(codes: readonly (string | null)[], rows: readonly CountryRow[]): number[] {
  const visitors = new Map(rows.map((row) => [row.value, row.visitors]));
  const counts = codes.map((code) => (code === null ? 0 : (visitors.get(code) ?? 0)));
  const most = Math.max(...counts);
  return counts.map((count) => (count > 0 ? 0.12 + 0.88 * Math.sqrt(count / most) : 0));
}

/** Rows that no shape stands for: places too small for this scale, and visitors from nowhere known. */
export function undrawn<R extends CountryRow>(codes: readonly (string | null)[], rows: readonly R[]): R[] {
  const drawn = new Set(codes);
  return rows.filter((row) => row.visitors > 0 && !drawn.has(row.value));
}
