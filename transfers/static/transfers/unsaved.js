/* What was entered and not saved, because the session had ended or the server did not answer, is in the form
   again when its page is opened in the same tab by the same user. It is kept by the browser, in this tab alone,
   until it is saved, given up, or the user logs out. Nothing is saved without a click. */
(function () {
  "use strict";

  var PREFIX = "unsaved:";
  var IGNORED = ["csrfmiddlewaretoken", "opened"];
  var user = document.querySelector('meta[name="user"]').content;

  function listForms() {
    return Array.from(document.querySelectorAll("#content form")).filter(function (form) {
      return form.method === "post" && form.id !== "changelist-form";
    });
  }

  function getAddress(form) {
    /* Return where the form is sent to, which is also where a login leads after the session has ended. */
    var address = new URL(form.getAttribute("action") || location.href, location.href);
    return address.pathname + address.search;
  }

  function getKey(form) {
    var address = getAddress(form);
    var alike = listForms().filter(function (other) { return getAddress(other) === address; });
    return PREFIX + address + "#" + (form.id || alike.indexOf(form));
  }

  function listFields(form) {
    return Array.from(form.elements).filter(function (field) {
      return field.name && !["submit", "button", "file", "password"].includes(field.type) &&
        !field.name.includes("__prefix__");
    });
  }

  function isTicked(field) {
    return field.type === "checkbox" || field.type === "radio";
  }

  function read(field) {
    var kept = { name: field.name, value: field.value };
    if (isTicked(field)) kept.checked = field.checked;
    if (field.tagName === "SELECT") {
      kept.chosen = Array.from(field.selectedOptions).map(function (option) {
        return [option.value, option.text];
      });
    }
    return kept;
  }

  function keep(form) {
    var fields = listFields(form).map(read);
    try {
      sessionStorage.setItem(getKey(form), JSON.stringify({ user: user, time: Date.now(), fields: fields }));
    } catch (error) {
      // There is no room for it; the form is sent all the same.
    }
  }

  function forget(isUnwanted) {
    Object.keys(sessionStorage).forEach(function (key) {
      if (key.startsWith(PREFIX) && isUnwanted(JSON.parse(sessionStorage.getItem(key)))) {
        sessionStorage.removeItem(key);
      }
    });
  }

  function pair(form, kept) {
    /* Return the fields of the form with what was kept of them; those of one name in their order. */
    var places = {};
    var fields = {};
    listFields(form).forEach(function (field) {
      (fields[field.name] = fields[field.name] || []).push(field);
    });
    return kept.map(function (entry) {
      var place = places[entry.name] = (places[entry.name] || 0) + 1;
      return [(fields[entry.name] || [])[place - 1], entry];
    });
  }

  function differs(field, entry) {
    if (IGNORED.includes(entry.name)) return false;
    if (!field) return true;
    if (isTicked(field)) return field.checked !== entry.checked;
    if (entry.chosen) return JSON.stringify(read(field).chosen.map(first)) !== JSON.stringify(entry.chosen.map(first));
    return field.value.replace(/\r\n/g, "\n") !== entry.value.replace(/\r\n/g, "\n");
  }

  function first(pair) {
    return pair[0];
  }

  function addRows(form, kept) {
    /* Add the rows for further records that the form had. */
    kept.forEach(function (entry) {
      var prefix = (/^(.+)-TOTAL_FORMS$/.exec(entry.name) || [])[1];
      var total = prefix && form.elements[entry.name];
      var button = prefix && document.querySelector("#" + prefix + "-group .add-row a, #" + prefix + "-group .addlink");
      while (total && button && Number(total.value) < Number(entry.value)) {
        var before = total.value;
        button.click();
        if (total.value === before) return;
      }
    });
  }

  function write(field, entry) {
    if (!field || entry.name === "csrfmiddlewaretoken") return;
    if (/-TOTAL_FORMS$/.test(entry.name) && Number(field.value) < Number(entry.value)) return;
    if (isTicked(field)) field.checked = entry.checked;
    else if (entry.chosen) choose(field, entry.chosen);
    else field.value = entry.value;
    if (field.closest("details") && field.type !== "hidden") field.closest("details").open = true;
    if (field.type !== "hidden") {
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  function choose(select, chosen) {
    var values = chosen.map(first);
    chosen.forEach(function (pair) {
      var exists = Array.from(select.options).some(function (option) { return option.value === pair[0]; });
      if (!exists) select.add(new Option(pair[1], pair[0]));
    });
    Array.from(select.options).forEach(function (option) {
      option.selected = values.includes(option.value);
    });
  }

  function announce(form, key, time) {
    var box = document.createElement("div");
    var list = document.createElement("ul");
    var item = document.createElement("li");
    var button = document.createElement("button");
    box.setAttribute("role", "status");
    list.className = "messagelist";
    item.className = "warning";
    item.textContent = "What you entered at " + new Date(time).toLocaleTimeString([], { timeStyle: "short" }) +
      " was not saved. It is in the form again. Check it, then save it. ";
    button.type = "button";
    button.textContent = "Give it up";
    button.addEventListener("click", function () {
      sessionStorage.removeItem(key);
      location.reload();
    });
    item.append(button);
    list.append(item);
    box.append(list);
    form.before(box);
  }

  function restore(form) {
    var key = getKey(form);
    var entry = JSON.parse(sessionStorage.getItem(key));
    if (!entry) return;
    var isSame = pair(form, entry.fields).every(function (both) { return !differs(both[0], both[1]); });
    if (isSame || document.querySelector(".errornote")) { // with its errors, the server shows what was entered
      sessionStorage.removeItem(key);
      return;
    }
    addRows(form, entry.fields);
    pair(form, entry.fields).forEach(function (both) {
      var box = both[0] && differs(both[0], both[1]) && both[0].closest("details");
      if (box) box.open = true;
      write(both[0], both[1]);
    });
    announce(form, key, entry.time);
  }

  document.addEventListener("submit", function (event) {
    if (event.target.id === "logout-form") forget(function () { return true; });
    else if (!event.defaultPrevented && listForms().includes(event.target)) keep(event.target);
  });

  document.addEventListener("saved", function () { // by a script that fetched the answer
    forget(function () { return true; });
  });

  document.addEventListener("unsaved", function (event) { // by a script that sends the form itself
    keep(event.target);
  });

  window.addEventListener("load", function () {
    var isSaved = document.querySelector(".messagelist .success") !== null;
    forget(function (entry) { return isSaved || entry.user !== user; });
    window.setTimeout(function () { listForms().forEach(restore); }, 0); // after the rows of formsets are set up
  });
})();
