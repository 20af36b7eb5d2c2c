import DefaultTheme from "vitepress/theme"
import Playground from "./Playground.vue"
import "./custom.css"

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }: { readonly app: { component: (name: string, component: unknown) => unknown } }) => {
    app.component("Playground", Playground)
  }
}
