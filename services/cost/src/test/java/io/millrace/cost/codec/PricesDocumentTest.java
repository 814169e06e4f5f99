package io.millrace.cost.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cost.domain.prices.Price;
import io.millrace.cost.domain.prices.PriceKey;
import io.millrace.cost.domain.prices.PurchaseOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricesDocumentTest {

    private static String list(String line) {
        return "currency: USD\nprices:\n  - " + line + "\n";
    }

    @Test
    void shouldReadPrices() {
        PricesDocument document = PricesDocument.parse("""
                currency: USD
                pools: {spare: spot, "*": on_demand}
                prices:
                  - {gpu_type: V100, option: spot, usd_per_gpu_hour: "0.920001", from: "2026-01-01T00:00:00Z"}
                """);
        long from = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
        assertThat(document.prices())
                .containsExactly(new Price(
                        "V100/SPOT/2026-01-01T00:00:00Z",
                        new PriceKey("V100", PurchaseOption.SPOT),
                        "USD",
                        920_001,
                        from,
                        from));
        assertThat(document.option("spare")).isEqualTo(PurchaseOption.SPOT);
        assertThat(document.option("default")).isEqualTo(PurchaseOption.ON_DEMAND);
        assertThat(new PricesDocument(document.prices(), Map.of()).option("default"))
                .isEqualTo(PurchaseOption.OWN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {gpu_type: V100, option: spot, usd_per_gpu_hour: -1, from: "2026-01-01T00:00:00Z"} | is negative
            {gpu_type: V100, option: spot, usd_per_gpu_hour: 0.0000001, from: "2026-01-01T00:00:00Z"} | at most six decimals
            {gpu_type: V100, option: rent, usd_per_gpu_hour: 1, from: "2026-01-01T00:00:00Z"} | is no way of paying
            {gpu_type: V100, option: spot, usd_per_gpu_hour: 1, from: "January"} | is no instant
            {gpu_type: V100, option: spot, usd_per_gpu_hour: 1} | a price needs gpu_type
            {gpu_type: V100, option: spot, price: 1} | price
            """)
    void shouldSayWhatIsWrong(String line, String message) {
        assertThatThrownBy(() -> PricesDocument.parse(list(line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseAMixOfCurrenciesAndADoubledPrice() {
        assertThatThrownBy(() -> PricesDocument.parse("currency: EUR\nprices: []\n"))
                .hasMessageContaining("currency is EUR: prices are in USD only");
        String line = "{gpu_type: V100, option: spot, usd_per_gpu_hour: 1, from: \"2026-01-01T00:00:00Z\"}";
        assertThatThrownBy(() -> PricesDocument.parse(list(line + "\n  - " + line)))
                .hasMessageContaining("there are two prices of V100/SPOT/2026-01-01T00:00:00Z");
    }

    @Test
    void shouldReadTheShippedList() throws IOException {
        Path shipped = Path.of(System.getProperty("millrace.root", ".")).resolve("policies/prices.yaml");
        assertThat(PricesDocument.parse(Files.readString(shipped)).prices()).hasSize(6);
    }
}
