package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class RunsCommandTest {

    private static JsonNode json(String text) throws Exception {
        return new JsonMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void shouldPrintARunALine() throws Exception {
        assertThat(RunsCommand.Search.text(json("""
                [{'info': {'run_id': 'r1', 'run_name': 'first', 'status': 'FINISHED', 'user_id': 'ada'},
                  'data': {'metrics': [{'key': 'acc', 'value': 0.5}, {'key': 'loss', 'value': 'NaN'}]}},
                 {'info': {'run_id': 'r2', 'run_name': 'second', 'status': 'RUNNING', 'user_id': ''}, 'data': {}}]
                """))).isEqualTo("""
                run  name    status    user  acc  loss
                r1   first   FINISHED  ada   0.5  NaN
                r2   second  RUNNING           -  -
                """);
        assertThat(RunsCommand.Search.text(json("[]"))).isEqualTo("no such run\n");
    }

    @Test
    void shouldPrintWhatDiffersBetweenRuns() throws Exception {
        assertThat(RunsCommand.Compare.text(json("""
                {'runs': [{'run_id': 'r1', 'name': 'a', 'status': 'FINISHED', 'params': {'lr': '0.1', 'model': 'cnn'},
                           'metrics': {'acc': 0.9}},
                          {'run_id': 'r2', 'name': 'b', 'status': 'FAILED', 'params': {'lr': '0.2', 'model': 'cnn'},
                           'metrics': {}}],
                 'same_params': {'model': 'cnn'}, 'differing_params': ['lr'], 'metrics': {'acc': {'runs': 1}}}
                """))).isEqualTo("""
                run  name  status     lr  acc
                r1   a     FINISHED  0.1  0.9
                r2   b     FAILED    0.2    -
                """);
    }

    @Test
    void shouldPrintTheHistoryOfAModel() throws Exception {
        assertThat(ModelsCommand.History.text(json("""
                [{'offset': 0, 'at': '2026-01-01T00:00:00Z', 'actor': 'user:ada', 'name': 'm', 'event': 'ModelRegistered',
                  'description': '', 'tags': {}},
                 {'offset': 1, 'at': '2026-01-01T00:00:01Z', 'actor': 'user:dan', 'name': 'm', 'event': 'AliasSet',
                  'alias': 'champion', 'version': 1}]
                """))).isEqualTo("""
                at                    who       name  event            what
                2026-01-01T00:00:00Z  user:ada  m     ModelRegistered
                2026-01-01T00:00:01Z  user:dan  m     AliasSet         alias=champion, version=1
                """);
    }
}
