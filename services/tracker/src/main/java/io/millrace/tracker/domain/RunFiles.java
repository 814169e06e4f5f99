package io.millrace.tracker.domain;

import io.millrace.tracker.domain.RunImage.File;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which files a run has, of all that was ever said of them. */
public final class RunFiles {

    private RunFiles() {}

    /** Those that were not taken away since they were made, neither alone nor with a folder that they lie in. */
    public static List<File> present(Collection<File> said) {
        Map<String, File> byPath = said.stream().collect(Collectors.toMap(File::path, Function.identity()));
        return said.stream()
                .filter(file -> file.uri() != null && !isHidden(file, byPath))
                .toList();
    }

    /** By what was later said of a folder: that it was taken away, or is a file. */
    private static boolean isHidden(File file, Map<String, File> byPath) {
        for (String folder = file.path(); !folder.isEmpty(); ) {
            folder = folder.substring(0, Math.max(0, folder.lastIndexOf('/')));
            @Nullable File above = byPath.get(folder);
            if (above != null && above.offset() > file.offset()) {
                return true;
            }
        }
        return false;
    }
}
