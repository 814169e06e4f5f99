/** Change detectors that read a stream value by value; each equals River's of the same name. */
@NullMarked
package io.millrace.monitor.domain.detector;

import org.jspecify.annotations.NullMarked;
