"""PPMd variant I, revision 1 (7-Zip's Ppmd8), order 3, 1 MiB, restoration method "restart", in Python alone.

Written after D. Shkarin's PPMd var. I and D. Subbotin's carryless range coder, as in I. Pavlov's Ppmd8
(all in the public domain). Every symbol and every byte equals Ppmd8's: the places in memory have no
bearing on what is predicted, but how memory breaks into pieces decides when it is exhausted and the
model starts anew, so the allocator is followed to the unit.

The model. A *context* is a string of up to three symbols that went before. It holds a *state* (symbol,
frequency, successor) for every symbol seen behind it; with one state it is *binary* and coded with an
adaptive probability. Its *suffix* is the context without the oldest symbol. A symbol that a context
does not hold is coded as an escape, and then in the next suffix that holds more; the root, which has no
suffix, holds all 256. A state's *successor* is the context that is entered by its symbol, or, before that
one exists, the place in the text of what followed there: contexts are made when they are entered twice.

The arena is cut into units, numbered from 1, of what are 12 bytes in Ppmd8. A unit is a context or two
states: unit ``u`` has states ``2 * u`` and ``2 * u + 1``, and a binary context's one state is its own
``2 * u``. A successor is a unit where it is positive and a place in the text where it is negative; 0 is
none. No sequence of symbols, so no input, breaks this: a context's symbols are always among its
suffix's, since only contexts of the highest order forget symbols, and these are nobody's suffix.

Of a context's flags, 0x10 says that the symbol which enters it is high (from 0x40 on), 0x08 that it holds
a high one, 0x04 that it has been rescaled.
"""
