"use strict";
// a link from outside may name a section; open what it holds
for (const each of document.querySelectorAll(`${location.hash || "#none"} details`)) each.open = true;
