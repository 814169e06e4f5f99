/** Merkle trees as RFC 6962 and RFC 9162 have them, their proofs, and checkpoints as C2SP's tlog-checkpoint has them. */
@NullMarked
package io.millrace.governance.domain.tree;

import org.jspecify.annotations.NullMarked;
