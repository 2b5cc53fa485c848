"""Run it in the page: the reader's own Python, at the reader's wish alone.

``packs.py``     packs Pyodide, NumPy and this project, compiled by ``compile.mjs``
``assets.py``    writes the packs and the scripts below the site
``runner.py``    runs in the worker: a snippet, a reader's function, a figure
``checker.py``   runs in the worker: an equation
``worker.js``    starts Python in a worker and answers calls
``frame.js``     a frame without an origin, which holds the worker
``python.js``    fetches the packs and calls into the frame
``editing.js``   the parts that both editors share
``snippet.js``   Run, Edit, Reset and Stop of a snippet
``equation.js``  the editor of an equation
``function.js``  the check of a reader's own function, on API pages
``explorer.js``  the controls of a figure that a hand moves
``live.js``      listens for the first press of a button and loads the rest
``buttons.py``   puts the buttons into the pages
``explorers.py`` draws such figures at build, and describes them to the page
``service.js``   keeps what was used, so that it works offline

What keeps the reader safe: the frame is sandboxed, so its code has an origin of its
own and sees neither the page nor what the browser stores for it, and its policy
forbids every connection. All that Python needs is handed in by message.
"""
