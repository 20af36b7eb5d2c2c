import { readFileSync } from "node:fs"
import { defineConfig } from "vitepress"
import { slug } from "../links.js"

// written by build.ts
const { description, sidebar } = JSON.parse(readFileSync(new URL("../pages/navigation.json", import.meta.url), "utf8"))

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f7d45"/><path d="M10 8h12M10 16h9M10 24h12" stroke="#fff" stroke-width="3.5" stroke-linecap="round"/></svg>`

export default defineConfig({
  title: "effect-pipedrive",
  description,
  lang: "en",
  base: process.env.DOCS_BASE ?? "/",
  head: [["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  srcDir: "pages",
  outDir: "dist",
  lastUpdated: false,
  appearance: true,
  // the playground works from the disk, where no module is loaded
  transformHead: ({ page }) => (page === "playground.md" ? [["script", { src: "playground.js", defer: "" }]] : []),
  markdown: {
    anchor: { slugify: slug },
    toc: { slugify: slug },
    theme: { light: "github-light-high-contrast", dark: "github-dark" }
  },
  themeConfig: {
    nav: [
      { text: "Guides", link: "/getting-started", activeMatch: "^/(?!reference|playground)." },
      { text: "Reference", link: "/reference/", activeMatch: "^/reference/" },
      { text: "Playground", link: "/playground" }
    ],
    sidebar,
    outline: { level: [2, 3] },
    search: {
      provider: "local",
      options: {
        // of a reference page, what an operation does and takes; not what it answers with
        _render: (source, env, markdown) => markdown.render(source.replaceAll(/\*\*Output\*\*\n\n(\|.*\n?)+/g, ""), env)
      }
    },
    docFooter: { prev: "Before", next: "Next" }
  }
})
