// SARIF 2.1.0, for code scanning: a result for each defect, its steps as a code flow.
//
//  1. A rule is a law, a code of a problem, or a rule of kernel traces; only those that occur are listed.
//  2. The counterexample is one thread flow, with a location for each command, in their order. Of a recording these are
//     the lines that `buddycheck minimize` keeps, at most the last 1000.
//  3. A known failure carries a suppression with its reason. What is undecided or vacuous is a result of kind
//     `open`: nothing was found, and nothing was shown.
//  4. Wrong input is no result: it is a notification, and the invocation was not successful.
//  5. Paths are URIs: relative ones stay relative to where the command ran. Columns count as in UTF-16.
//
// Source: Static Analysis Results Interchange Format (SARIF) 2.1.0, OASIS standard.

import { LAW_IDS, lawOf } from "../../model/invariants.ts";
import { PROBLEMS, type Place } from "../problem.ts";
import { itemPath, ruleWords, type Defect, type Item, type Outcome } from "./outcome.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const NOTHING_SHOWN = "not-decided";

interface Found {
  readonly item: Item;
  readonly defect: Defect;
}

export function sarifReport(outcomes: readonly Outcome[]): string {
  return `${JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: outcomes.map(runOf) }, null, 2)}\n`;
}

/** Rule 4. */
function isInput({ defect }: Found): boolean {
  return defect.rule in PROBLEMS;
}

function runOf({ name, sections, context }: Outcome): object {
  const items = sections.flatMap((section) => section.items);
  const found = items.flatMap((item) => item.defects.map((defect): Found => ({ item, defect })));
  const open = items.filter(({ verdict }) => verdict === "undecided" || verdict === "vacuous");
  const inputs = found.filter(isInput);
  const results = found.filter((each) => !isInput(each));
  const rules = [
    ...new Set([...results.map(({ defect }) => defect.rule), ...(open.length > 0 ? [NOTHING_SHOWN] : [])]),
  ];
  return {
    tool: { driver: { name: "buddycheck", version: context.version, rules: rules.map(ruleOf) } },
    automationDetails: { id: `buddycheck/${name}` },
    columnKind: "utf16CodeUnits",
    invocations: [
      {
        executionSuccessful: inputs.length === 0,
        startTimeUtc: context.startedUtc,
        endTimeUtc: context.endedUtc,
        toolConfigurationNotifications: inputs.map(({ defect }) => notificationOf(defect)),
      },
    ],
    results: [
      ...results.map((each) => resultOf(each, rules)),
      ...open.map((item) => openResult(item, rules.indexOf(NOTHING_SHOWN))),
    ],
  };
}

function ruleOf(id: string): object {
  if (id === NOTHING_SHOWN) {
    const text = "What was to be checked was not exercised, or not to the end.";
    return { id, shortDescription: { text }, defaultConfiguration: { level: "note" } };
  }
  const law = LAW_IDS.find((known) => known === id);
  if (law === undefined) return { id, shortDescription: { text: ruleWords(id) } };
  const { statement, reason, severity, source } = lawOf(law);
  return {
    id,
    shortDescription: { text: statement },
    fullDescription: { text: reason },
    help: { text: `Run \`buddycheck explain ${id}\`. Source: ${source}.` },
    defaultConfiguration: { level: severity },
  };
}

function resultOf({ item, defect }: Found, rules: readonly string[]): object {
  const { rule, level, message, place, rows, steps } = defect;
  const text = [`${itemPath(item)}: ${message}`, ...rows.map(({ heading, text: said }) => `${heading}: ${said}`)].join(
    "\n",
  );
  const justification = rows.find(({ heading }) => heading === "known")?.text ?? "";
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    kind: "fail",
    level: level === "known" ? "error" : level,
    message: { text },
    locations: [locationOf(place, item)],
    partialFingerprints: { "buddycheck/v1": `${rule} ${itemPath(item)}` },
    ...(steps.length === 0 ? {} : { codeFlows: [codeFlowOf(defect, item)] }),
    ...(level === "known" ? { suppressions: [{ kind: "external", status: "accepted", justification }] } : {}),
  };
}

function openResult(item: Item, ruleIndex: number): object {
  return {
    ruleId: NOTHING_SHOWN,
    ruleIndex,
    kind: "open",
    level: "none",
    message: { text: `${itemPath(item)}: ${item.verdict}: ${item.outcome}` },
    locations: [locationOf(null, item)],
  };
}

/** A step of a sequence that stands in no file is where the check is. */
function codeFlowOf({ place: around, steps }: Defect, item: Item): object {
  const locations = steps.map(({ place, text, words }, at) => ({
    executionOrder: at + 1,
    importance: at + 1 === steps.length ? "essential" : "important",
    location: { ...locationOf(place ?? around, item), message: { text: words === "" ? text : `${text}: ${words}` } },
  }));
  return { threadFlows: [{ locations }] };
}

/** A place in a file, or the check where there is none. */
function locationOf(place: Place | null, item: Item): object {
  const name = { fullyQualifiedName: itemPath(item), kind: "member" };
  if (place === null || place.file === "-") return { logicalLocations: [name] };
  const region = place.line === 0 ? {} : { region: { startLine: place.line, startColumn: Math.max(place.column, 1) } };
  return { physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, ...region }, logicalLocations: [name] };
}

/** Rule 5: each segment is encoded, a colon too, so that nothing reads as a scheme. */
function uriOf(path: string): string {
  const uri = path.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${uri}` : uri;
}

function notificationOf({ rule, message, place, rows }: Defect): object {
  const text = [message, ...rows.map(({ heading, text: said }) => `${heading}: ${said}`)].join("\n");
  return {
    descriptor: { id: rule },
    level: "error",
    message: { text },
    ...(place === null || place.file === "-"
      ? {}
      : { locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(place.file) } } }] }),
  };
}
