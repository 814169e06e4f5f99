/** Files that runs made: a store of them in a folder, or in S3, by paths that cannot leave it. */
@NullMarked
package io.millrace.tracker.artifacts;

import org.jspecify.annotations.NullMarked;
