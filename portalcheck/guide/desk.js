// The help desk's box: what is typed or pasted is read by the program on this computer, and shown as it is typed.
(function () {
  "use strict";
  var body = document.body;
  var path = body.getAttribute("data-path");
  var box = document.getElementById("box");
  var answer = document.getElementById("answer");
  var PAUSE_MS = 250;
  var timer = 0;
  var asked = 0;

  function read() {
    asked += 1;
    var mine = asked;
    var headers = { "X-Token": body.getAttribute("data-token"), "Content-Type": "text/plain; charset=utf-8" };
    fetch(path + "/read", { method: "POST", headers: headers, body: box.value, cache: "no-store" })
      .then(function (response) { return response.text(); })
      .then(function (text) { if (mine === asked) { answer.textContent = text; } }, function () {
        answer.textContent = body.getAttribute("data-lost");
      });
  }

  // The stream says nothing: it is there so that the program knows that the page is still open.
  fetch(path + "/events", { headers: { "X-Token": body.getAttribute("data-token") }, cache: "no-store" })
    .then(function (response) { return response.text(); })
    .then(function () { answer.textContent = body.getAttribute("data-lost"); }, function () { });

  box.addEventListener("input", function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(read, PAUSE_MS);
  });
  box.form.addEventListener("submit", function (event) { event.preventDefault(); read(); });
})();
