// Prints what mp4box.js calls the codec of each init segment: a JSON object of names by path.
//
//     node codecs.mjs FILE...

import { readFileSync } from "node:fs";
import { createFile } from "mp4box";

function codec(path) {
    const bytes = readFileSync(path);
    const buffer = new Uint8Array(bytes).buffer;
    buffer.fileStart = 0;
    const file = createFile();
    let name = null;
    file.onReady = (movie) => {
        name = movie.tracks[0].codec;
    };
    file.appendBuffer(buffer);
    file.flush();
    return name;
}

const files = process.argv.slice(2);
console.log(JSON.stringify(Object.fromEntries(files.map((path) => [path, codec(path)]))));
