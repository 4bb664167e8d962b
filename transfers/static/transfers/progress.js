/* How far a job is: asked every second, until it has ended and the page can say how. */
(function () {
  "use strict";

  var bar = document.getElementById("job-progress");
  var words = document.getElementById("job-words");
  if (!bar || !words) return;

  function show(job) {
    if (job.total > 0) {
      bar.max = job.total;
      bar.value = job.done;
      words.textContent = job.step + ": " + job.done.toLocaleString("en") + " of " + job.total.toLocaleString("en");
    } else if (job.step) {
      words.textContent = job.step;
    }
  }

  function ask() {
    window.fetch(bar.dataset.state, { headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.json();
      })
      .then(function (job) {
        if (job.ended) {
          window.location.reload();
          return;
        }
        show(job);
        window.setTimeout(ask, 1000);
      })
      .catch(function () {
        window.setTimeout(ask, 5000); // the server is busy or away; the job goes on without this page
      });
  }

  ask();
})();
