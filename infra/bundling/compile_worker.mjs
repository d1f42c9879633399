// Runs compile_worker.py in the CPython of the npm package `pyodide`: node compile_worker.mjs PYODIDE WORKER ROOT LIST
// ROOT is the folder that sources and bytecode lie in; it and LIST's paths appear as /mnt inside.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodidePath, workerPath, root, workList] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(pyodidePath));
const pyodide = await loadPyodide();

pyodide.FS.mkdirTree("/mnt");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, "/mnt");
pyodide.runPython(`import sys; sys.argv[1:] = ["${workList}"]`);
pyodide.globals.set("__name__", "__main__");
pyodide.runPython(readFileSync(workerPath, "utf8"));
