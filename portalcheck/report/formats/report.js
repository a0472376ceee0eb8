(function () {
  "use strict";
  var block = document.getElementById("block");
  var copy = document.getElementById("copy");
  var said = document.getElementById("said");
  var print = document.getElementById("print");

  function say(how) {
    said.textContent = copy.getAttribute("data-" + how);
  }

  // Pages opened from a file have no clipboard interface in every browser; the older command needs a selection of
  // what is shown.
  function byCommand() {
    block.parentElement.open = true;
    var range = document.createRange();
    var selection = window.getSelection();
    range.selectNodeContents(block);
    selection.removeAllRanges();
    selection.addRange(range);
    var done = false;
    try {
      done = document.execCommand("copy");
    } catch (refused) {
      done = false;
    }
    say(done ? "copied" : "failed");
  }

  copy.addEventListener("click", function () {
    if (navigator.clipboard && navigator.clipboard.writeText) {
      navigator.clipboard.writeText(block.textContent).then(function () { say("copied"); }, byCommand);
    } else {
      byCommand();
    }
  });

  print.addEventListener("click", function () { window.print(); });

  copy.hidden = false;
  print.hidden = false;
})();
