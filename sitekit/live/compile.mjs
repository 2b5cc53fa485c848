// Compiles every .py below a folder with the Python that runs in the page, so that the
// page need not: node compile.mjs FOLDER OPTIMIZE. `module.pyc` stands beside `module.py`.
import { loadPyodide } from "pyodide";

const [folder, optimize] = process.argv.slice(2);
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0", HOME: "/home" } });
python.FS.mkdir("/code");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/code");
const done = python.runPython(`
import compileall, py_compile
compileall.compile_dir(
    "/code", quiet=1, legacy=True, optimize=${optimize}, stripdir="/code/",
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
`);
process.exit(done ? 0 : 1);
