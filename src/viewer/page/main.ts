// The viewer's page: loads the film, builds the page around it, and draws whenever something has changed.

import { load } from "./load.ts";
import "./style.css";
import { Viewer } from "./viewer.ts";

const root = document.querySelector("#viewer") as HTMLElement;
try {
  const viewer = new Viewer(root, await load());
  viewer.start();
} catch (error) {
  root.textContent = `This page is damaged and cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
}
