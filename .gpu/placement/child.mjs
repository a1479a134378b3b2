import "file:///work/w-devices/bench/gpu/child.mjs";
