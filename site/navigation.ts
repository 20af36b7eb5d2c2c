/**
 * Which pages there are, in which order. A page that is not there yet is passed over; one that is named nowhere comes under
 * "More".
 */

export interface Link {
  readonly text: string
  readonly link: string
}

export interface Group {
  readonly text: string
  readonly collapsed?: boolean
  readonly items: ReadonlyArray<Link>
}

const guides: ReadonlyArray<readonly [group: string, pages: ReadonlyArray<string>]> = [
  ["Start", ["getting-started", "readme", "playground"]],
  ["Guides", ["auth", "oauth2", "errors", "requests", "lists", "custom-fields", "upsert", "files", "webhooks", "sync"]],
  [
    "Running it",
    ["sandbox", "testing", "observability", "runtimes", "effect-versions", "security", "performance", "cli"]
  ],
  ["Migrating", ["migrating", "operations"]],
  ["The project", ["changelog", "contributing-policy", "contributing", "security-policy", "architecture"]]
]

/** The sidebar of the guides. `titles` has each page's heading by its path. */
export const guideGroups = (titles: ReadonlyMap<string, string>): ReadonlyArray<Group> => {
  const listed = new Set(guides.flatMap(([, pages]) => pages))
  const item = (page: string): ReadonlyArray<Link> => {
    const text = titles.get(page)
    return text === undefined ? [] : [{ text, link: `/${page}` }]
  }
  return [
    ...guides.map(([text, pages]) => ({ text, items: pages.flatMap(item) })),
    {
      text: "Examples",
      collapsed: true,
      items: [...titles.keys()].filter((page) => page.startsWith("examples/")).flatMap(item)
    },
    { text: "More", items: [...titles.keys()].filter((page) => !page.includes("/") && !listed.has(page)).flatMap(item) }
  ].filter(({ items }) => items.length > 0)
}
