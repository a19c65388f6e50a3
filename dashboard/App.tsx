import type { ComponentChild } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { when } from "../cli/show/times.js";
import { FleetView } from "./FleetView.js";
import { OrganizationView } from "./OrganizationView.js";
import { type Page, PageContext } from "./page.js";
import { type Live, useNow, useSnapshot } from "./poll.js";
import { RunsView } from "./RunsView.js";
import { RunView } from "./RunView.js";
import { hrefOf, type Route, useRoute } from "./route.js";

export function App() {
  const live = useSnapshot();
  const nowMs = useNow(live.skewMs);
  const route = useRoute();
  const [dialog, setDialog] = useState<ComponentChild>(null);
  const [said, setSaid] = useState("");
  const [by, setBy] = useState<string | null>(null);
  const main = useFocusOnNewView(route);
  useEffect(() => setSaid(""), [hrefOf(route)]);
  const { snapshot, lost } = live;
  const page: Page | null = snapshot && {
    snapshot,
    nowMs,
    isStale: lost !== null || snapshot.silence !== null,
    by: by ?? snapshot.by ?? "",
    setBy,
    show: setDialog,
    say: setSaid,
  };
  return (
    <PageContext.Provider value={page}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header page={page} route={route} />
      <Banner live={live} />
      <main ref={main} id="content" tabIndex={-1} class={page?.isStale ? "stale" : ""}>
        <Said text={said} />
        {page === null ? lost === null && <p class="quiet">Reading…</p> : <View route={route} />}
      </main>
      {dialog}
    </PageContext.Provider>
  );
}

/** What was done. It takes the focus: the button that was pressed may be gone by now. */
function Said({ text }: { text: string }) {
  const element = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (text !== "") element.current?.focus();
  }, [text]);
  return (
    <p ref={element} class="said" tabIndex={-1}>
      {text}
    </p>
  );
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case "fleet":
      return <FleetView />;
    case "runs":
      return <RunsView />;
    case "organization":
      return <OrganizationView key={route.id} id={route.id} />;
    case "run":
      return <RunView key={route.id} id={route.id} />;
  }
}

function Header({ page, route }: { page: Page | null; route: Route }) {
  const current = (view: Route["view"]) => (route.view === view ? ("page" as const) : undefined);
  return (
    <header>
      <p class="brand">v2-rollout</p>
      {page !== null && (
        <p class="deployment">
          <span class="visually-hidden">Deployment: </span>
          {page.snapshot.deployment}
        </p>
      )}
      {page?.snapshot.isReadOnly && <p class="tag">read-only</p>}
      <nav aria-label="Views">
        <a href="#/" aria-current={current("fleet")}>
          Fleet
        </a>
        <a href="#/runs" aria-current={current("runs")}>
          Runs
        </a>
      </nav>
    </header>
  );
}

/** Says that what is shown is old. It does not count seconds: a screen reader would read each of them. */
function Banner({ live: { snapshot, lost } }: { live: Live }) {
  const silence = snapshot?.silence ?? null;
  return (
    <div role="alert">
      {lost !== null ? (
        <p class="banner">{lost}</p>
      ) : (
        silence !== null && (
          <p class="banner">
            <strong>The deployment has not answered since {when(silence.sinceMs)}.</strong> What you see is
            older. It is asked again every few seconds; if its address or its key has changed, start the
            program again. <span class="detail">({silence.problem.message.replace(/\.$/, "")})</span>
          </p>
        )
      )}
    </div>
  );
}

/** Moves the focus to a view that was chosen, as a new page would; not on the first. */
function useFocusOnNewView(route: Route) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(hrefOf(route));
  useEffect(() => {
    if (shown.current === hrefOf(route)) return;
    shown.current = hrefOf(route);
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  });
  return main;
}
