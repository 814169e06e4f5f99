/** Between what travels or lies in stores, in Avro and YAML, and the domain's own words. */
@NullMarked
package io.millrace.scheduler.codec;

import org.jspecify.annotations.NullMarked;
