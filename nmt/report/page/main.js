// Puts the page together.

const runs = readRuns(JSON.parse(byId("report-data").textContent));
sortableTable(byId("study-table"));
const markTile = overviewSection(runs, (run) => { showRun(run); byId("run").scrollIntoView(); });
curvesSection(runs);
const showWeights = weightsSection();
const showAttention = attentionSection((run) => { markTile(run); showWeights(run); });
const runList = selectControl("Run", runs.map((run) => [String(run.index), `${run.label} (${run.outcome_text})`]), "0",
    (index) => showRun(runs[Number(index)]));
byId("run-controls").prepend(runList);

function showRun(run) {
  runList.querySelector("select").value = String(run.index);
  showAttention(run);
}

/** The run that has most to show: the first with a collapse or divergence, else the first. */
showRun(runs.find((run) => run.collapsed) || runs.find((run) => run.outcome === "diverged") || runs[0]);
document.documentElement.dataset.ready = "true";
