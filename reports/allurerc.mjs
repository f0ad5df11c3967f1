// Allure 3: `make report` renders reports/demo/allure-results with this. Any other results:
//   reports/node_modules/.bin/allure generate --config reports/allurerc.mjs --output OUT RESULTS && python reports/finish.py OUT
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const given = process.argv.slice(2).filter((word) => existsSync(word) && statSync(word).isDirectory());

// One environment (a tab and a filter in the report) for each device that the results name.
function devices(folders) {
  const names = new Set();
  for (const folder of folders) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith("-result.json"))) {
      const { labels = [] } = JSON.parse(readFileSync(join(folder, file), "utf8"));
      labels.filter((label) => label.name === "device").forEach((label) => names.add(label.value));
    }
  }
  return [...names].sort();
}

const environment = (device) => [
  device.replace(/[^A-Za-z0-9_-]/g, "_"),
  { name: device, matcher: ({ labels }) => labels.some(({ name, value }) => name === "device" && value === device) },
];

// The same categories as categories.json beside this file, which Allure 2 reads.
const categories = JSON.parse(readFileSync(join(here, "categories.json"), "utf8")).map(
  ({ name, matchedStatuses, messageRegex }) => ({
    name,
    matchers: {
      statuses: matchedStatuses,
      ...(messageRegex ? { message: new RegExp(messageRegex, "s") } : {}),
    },
    groupBy: ["environment"],
    groupByMessage: true,
  }),
);

export default {
  name: "Background task conformance",
  historyPath: join(here, "allure-history.jsonl"),
  historyLimit: 50,
  environments: Object.fromEntries(devices(given).map(environment)),
  categories: { rules: categories },
  plugins: {
    // One file that opens without a server; `finish.py` repairs it afterwards.
    awesome: {
      options: {
        singleFile: true,
        reportName: "Background task conformance",
        groupBy: ["suite"],
        stepTreeExpansion: "collapsed", // hundreds of open steps freeze the page (allure3 issue 881)
      },
    },
  },
};
