/// The style sheet of pages.
enum PageStyle {
  static let text = """
    :root { \(variables(.light, panel: "#f4f6f8", link: "#0a5ea8", failure: "#9f1d1d")) }
    @media (prefers-color-scheme: dark) {
      :root { \(variables(.dark, panel: "#0f141a", link: "#7cb7ff", failure: "#ff9b93")) }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55;
      font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
    main { max-width: 61rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
    h1 { font-size: 1.9rem; margin: 0 0 .5rem; }
    h2 { font-size: 1.35rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
    p { margin: .6rem 0; max-width: 46rem; overflow-wrap: anywhere; }
    a { color: var(--link); }
    .settings, .file { color: var(--muted); font-size: .9rem; }
    nav ol { padding-left: 1.5rem; margin: 1rem 0; }
    code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    code { font-size: .88em; }
    pre { background: var(--panel); border-radius: 6px; padding: .75rem 1rem; margin: .75rem 0; overflow-x: auto;
      font-size: .8rem; line-height: 1.45; tab-size: 2; }
    pre code { font-size: inherit; }
    pre.result { background: none; border: 1px solid var(--rule); white-space: pre-wrap; overflow-wrap: anywhere; }
    pre.failure { color: var(--failure); border: 1px solid var(--failure); white-space: pre-wrap; }
    details { margin: .75rem 0; }
    details pre { max-height: 32rem; overflow: auto; }
    details.source pre { border-left: 3px solid var(--rule); border-radius: 0 6px 6px 0; max-height: none; }
    summary { color: var(--muted); font-size: .9rem; cursor: pointer; }
    figure { margin: 1rem 0; }
    figure svg { display: block; width: 100%; max-width: 36rem; height: auto; }
    .drawing { overflow: auto; border: 1px solid var(--rule); border-radius: 6px; }
    .drawing svg { width: auto; max-width: 100%; }
    details.zoom { margin: 1rem 0 -.75rem; }
    details.zoom[open] + .drawing { max-height: 46rem; }
    details.zoom[open] + .drawing svg { max-width: none; }
    .table { overflow-x: auto; margin: .75rem 0; }
    table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
    th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
    th { color: var(--muted); font-weight: 600; }
    .number { text-align: right; }
    @media (max-width: 30rem) {
      th, td { padding: .25rem .4rem; }
      th { white-space: normal; }
    }

    """

  private static func variables(_ palette: Palette, panel: String, link: String, failure: String) -> String {
    "--paper: \(palette.paper.text); --ink: \(palette.ink.text); --muted: \(palette.muted.text); "
      + "--rule: \(palette.grid.text); --panel: \(panel); --link: \(link); --failure: \(failure);"
  }
}
