package io.millrace.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoleTest {

    @Test
    void shouldIncludeTheLesserRoles() {
        assertThat(Role.including(List.of("manager"))).containsExactly("manager", "user", "viewer");
        assertThat(Role.including(List.of("viewer"))).containsExactly("viewer");
        assertThat(Role.including(List.of("choir", "user"))).containsExactly("choir", "user", "viewer");
        assertThat(Role.including(List.of("choir"))).containsExactly("choir");
    }
}
