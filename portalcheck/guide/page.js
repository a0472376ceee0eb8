// The page's script: it shows what changes, sends what is clicked, and tests the browser that it runs in. It is kept to
// what old browsers can read, so that it can say what they lack. Only verdicts go back, each one of a few words.
(function () {
  "use strict";
  var body = document.body;
  var path = body.getAttribute("data-path");
  var token = body.getAttribute("data-token");
  var said = document.getElementById("said");
  var LIMIT_MS = 12000;
  var LONG_LIMIT_MS = 20000;
  var PAUSE_MS = 1000;
  var TRIES = 3;
  var OWN_MS = 5000;
  var round = 0;
  var over = false;

  function missing() {
    var lacks = [];
    if (!("noModule" in document.createElement("script"))) { lacks.push("modules"); }
    if (!window.Promise) { lacks.push("promises"); }
    if (!window.fetch || !window.AbortController) { lacks.push("fetch"); }
    if (!window.ReadableStream || !window.TextDecoder) { lacks.push("streams"); }
    if (!window.crypto || !window.crypto.subtle) { lacks.push("crypto"); }
    return lacks;
  }

  // ---- to our own program

  function post(where, text, kind) {
    var headers = { "X-Token": token, "Content-Type": kind || "application/x-www-form-urlencoded" };
    return fetch(path + where, {
      method: "POST", headers: headers, body: text, cache: "no-store", credentials: "same-origin"
    });
  }

  function postPlainly(where, text) {
    var request = new XMLHttpRequest();
    request.open("POST", path + where);
    request.setRequestHeader("X-Token", token);
    request.setRequestHeader("Content-Type", "application/json");
    request.send(text);
  }

  // ---- what changes

  var unfolded = {};

  document.addEventListener("click", function (event) {
    var details = event.target.tagName === "SUMMARY" && event.target.parentNode;
    if (details && details.id) { unfolded[details.id] = !details.open; }
  });

  function show(name, html) {
    var part = document.getElementById("part-" + name);
    if (!part) { return; }
    var focused = document.activeElement;
    var inside = focused && part.contains(focused);
    part.innerHTML = html;
    var each = part.querySelectorAll("details[id]");
    for (var i = 0; i < each.length; i += 1) {
      // What the person has opened or closed stays so; the step that comes next is opened by the page.
      if (each[i].id in unfolded && name !== "steps") { each[i].open = unfolded[each[i].id]; }
    }
    if (inside) {
      var again = focused.id && document.getElementById(focused.id);
      var heading = part.querySelector("details[open] summary") || part.querySelector("h2");
      var next = again || heading;
      if (next) { next.focus({ preventScroll: Boolean(again) }); }
    }
  }

  function changed(event) {
    for (var name in event) {
      if (name === "said") {
        if (said.textContent !== event.said) { said.textContent = event.said; }
      } else if (name === "tests") {
        begin(JSON.parse(event.tests));
      } else if (name === "title") {
        document.title = event.title;
      } else if (name === "ended") {
        over = true;
      } else {
        show(name, event[name]);
      }
    }
  }

  function listen(triesLeft) {
    var rest = "";
    var decoder = new TextDecoder();
    fetch(path + "/events", { headers: { "X-Token": token }, cache: "no-store" }).then(function (answer) {
      if (!answer.ok) { throw new Error("refused"); }
      triesLeft = 5;
      var reader = answer.body.getReader();
      function next() {
        return reader.read().then(function (piece) {
          if (piece.done) { throw new Error("ended"); }
          rest += decoder.decode(piece.value, { stream: true });
          var events = rest.split("\n\n");
          rest = events.pop();
          events.forEach(function (event) { changed(JSON.parse(event.replace(/^data: /, ""))); });
          return next();
        });
      }
      return next();
    }).catch(function () {
      if (over) { return; }
      if (triesLeft > 0) {
        window.setTimeout(function () { listen(triesLeft - 1); }, PAUSE_MS);
      } else {
        said.textContent = body.getAttribute("data-lost");
      }
    });
  }

  // ---- what is clicked

  document.addEventListener("submit", function (event) {
    var form = event.target;
    var button = event.submitter || document.activeElement;
    var pairs = [];
    for (var i = 0; i < form.elements.length; i += 1) {
      var field = form.elements[i];
      var is = field.type === "checkbox" ? field.checked : field.tagName !== "BUTTON" || field === button;
      if (field.name && is) { pairs.push(encodeURIComponent(field.name) + "=" + encodeURIComponent(field.value)); }
    }
    if (!window.fetch) { return; }
    event.preventDefault();
    post("/do", pairs.join("&")).catch(function () { said.textContent = body.getAttribute("data-lost"); });
  });

  function copyText(text, done) {
    function byCommand() {
      var field = document.createElement("textarea");
      field.value = text;
      body.appendChild(field);
      field.select();
      var copied = false;
      try { copied = document.execCommand("copy"); } catch (refused) { copied = false; }
      body.removeChild(field);
      done(copied);
    }
    if (navigator.clipboard && navigator.clipboard.writeText) {
      navigator.clipboard.writeText(text).then(function () { done(true); }, byCommand);
    } else {
      byCommand();
    }
  }

  document.addEventListener("click", function (event) {
    var from = event.target.getAttribute && event.target.getAttribute("data-copy");
    if (!from) { return; }
    var source = document.getElementById(from);
    copyText(source.value || source.textContent, function (copied) {
      event.target.focus();
      said.textContent = body.getAttribute(copied ? "data-copied" : "data-failed");
    });
  });

  // ---- what this browser can do

  function wait(milliseconds) {
    return new Promise(function (resolve) { window.setTimeout(resolve, milliseconds); });
  }

  // One request decides: no cookie, no referrer, nothing kept; what is answered cannot be seen, only that it is.
  function asked(url, limit) {
    var stop = new AbortController();
    var late = false;
    var timer = window.setTimeout(function () { late = true; stop.abort(); }, limit);
    return fetch(url, {
      mode: "no-cors", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "follow",
      signal: stop.signal
    }).then(function () { window.clearTimeout(timer); stop.abort(); return "came"; }, function () {
      window.clearTimeout(timer);
      return late ? "late" : "refused";
    });
  }

  function controls(plan) {
    return post("/echo", "").then(function (answer) { return answer.ok; }, function () { return false; })
      .then(function (own) {
        return asked(plan.other, OWN_MS).then(function (other) { return { own: own, other: other === "came" }; });
      });
  }

  function reach(plan, found) {
    function attempt(left, limit) {
      return controls(plan).then(function (passed) {
        found.own_site = passed.own;
        found.other_site = passed.other;
        if (!passed.own || !passed.other || !plan.url) { return null; }
        return asked(plan.url, limit).then(function (answer) {
          found.portal.push(answer);
          if (answer === "came" || left <= 1) { return null; }
          // What says nothing is waited for longer, once; what is refused at once may be asked again soon.
          return wait(PAUSE_MS).then(function () {
            return answer === "late" ? attempt(1, LONG_LIMIT_MS) : attempt(left - 1, limit);
          });
        });
      });
    }
    return attempt(TRIES, LIMIT_MS).then(function () {
      var last = found.portal[found.portal.length - 1];
      if (!last || last === "came") { return null; }
      return post("/where", "").then(function (answer) { return answer.json(); }).then(function (where) {
        return asked(where.plain, LIMIT_MS).then(function (answer) {
          found.plain = answer;
          return where.identity ? asked(where.identity, LIMIT_MS) : null;
        }).then(function (answer) { if (answer) { found.identity = answer; } });
      });
    });
  }

  function cookies() {
    function once() {
      return post("/cookies", "set").then(function () { return post("/cookies", "echo"); })
        .then(function (answer) { return answer.text(); });
    }
    return once().then(function (came) { return came === "came" ? came : once(); });
  }

  function others(plan) {
    return new Promise(function (resolve) {
      var frame = document.createElement("iframe");
      var loads = 0;
      var done = function () { if (frame.parentNode) { body.removeChild(frame); } resolve(); };
      frame.className = "test";
      frame.title = "-";
      frame.setAttribute("aria-hidden", "true");
      frame.tabIndex = -1;
      frame.onload = function () { loads += 1; if (loads === 2) { done(); } };
      frame.src = plan.frame;
      body.appendChild(frame);
      window.setTimeout(done, OWN_MS);
    });
  }

  function storage() {
    return new Promise(function (resolve) {
      window.setTimeout(function () { resolve(null); }, OWN_MS);
      try {
        [window.localStorage, window.sessionStorage].forEach(function (store) {
          store.setItem("portalcheck", "1");
          if (store.getItem("portalcheck") !== "1") { throw new Error("not kept"); }
          store.removeItem("portalcheck");
        });
        var request = window.indexedDB.open("portalcheck");
        request.onerror = function () { resolve(false); };
        request.onsuccess = function () {
          request.result.close();
          window.indexedDB.deleteDatabase("portalcheck");
          resolve(true);
        };
      } catch (refused) {
        resolve(false);
      }
    });
  }

  function who() {
    var data = navigator.userAgentData;
    var known = [["Microsoft Edge", "edge"], ["Brave", "brave"], ["Opera", "opera"], ["Vivaldi", "vivaldi"],
      ["Google Chrome", "chrome"], ["Chromium", "chromium"]];
    if (!data || !data.getHighEntropyValues) { return Promise.resolve({}); }
    return data.getHighEntropyValues(["fullVersionList"]).then(function (values) {
      var list = values.fullVersionList || [];
      for (var i = 0; i < known.length; i += 1) {
        for (var j = 0; j < list.length; j += 1) {
          if (list[j].brand === known[i][0] && /^[0-9.]{1,32}$/.test(list[j].version)) {
            return { browser: known[i][1], version: list[j].version };
          }
        }
      }
      return {};
    }, function () { return {}; });
  }

  function begin(plan) {
    if (plan.round <= round || over) { return; }
    round = plan.round;
    var found = { round: plan.round, portal: [], missing: missing() };
    who().then(function (me) {
      if (me.browser) { found.browser = me.browser; found.version = me.version; }
      return Promise.all([
        reach(plan, found),
        // A fault of one test is not one of the others.
        cookies().catch(function () { return null; }),
        others(plan),
        storage().then(function (kept) { if (kept !== null) { found.storage = kept; } })
      ]);
    }).then(function () {
      if (plan.round === round) { post("/tests", JSON.stringify(found), "application/json").catch(function () { }); }
    }, function () { });
  }

  document.documentElement.className = "scripts";
  var lacks = missing();
  if (lacks.indexOf("fetch") >= 0 || lacks.indexOf("streams") >= 0 || lacks.indexOf("promises") >= 0) {
    // As without scripts: forms, and a page that is loaded anew; but what it lacks is told.
    postPlainly("/tests", JSON.stringify({ round: Number(body.getAttribute("data-round") || 1), missing: lacks }));
    window.setTimeout(function () { window.location.reload(); }, LIMIT_MS);
  } else {
    listen(5);
  }
})();
