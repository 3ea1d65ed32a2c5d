// With a fraction of a processor, the compiler's threads take the time that the function would
// run in: V8 is to optimize what has run fifteen times as long as by default. The first answer
// at 128 MB takes half to two thirds of the time so, and a million rows take no more.
// Imported before all else.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--interrupt-budget=1000000');
