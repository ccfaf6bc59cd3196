// Before any kernel runs: the least memory, and NaN in everything that is given back. Results must be the same.
import { configureMemory } from "../../src/memory.js";

configureMemory({ bytes: 0x1000000, poison: true });
