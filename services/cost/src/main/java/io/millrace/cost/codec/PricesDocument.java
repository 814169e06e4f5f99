package io.millrace.cost.codec;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.cost.domain.prices.Price;
import io.millrace.cost.domain.prices.PriceKey;
import io.millrace.cost.domain.prices.PurchaseOption;
import io.millrace.service.YamlText;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What GPUs cost, as people write it.
 *
 * @param options how the nodes of each pool are paid for
 */
public record PricesDocument(List<Price> prices, Map<String, PurchaseOption> options) {

    private static final String OTHERS = "*";
    private static final int MICROS = 6;

    private record Form(
            @Nullable String currency,
            @Nullable Map<String, String> pools,
            @Nullable List<Line> prices) {}

    private record Line(
            @JsonProperty("gpu_type") @Nullable String gpuType,
            @Nullable String option,
            @JsonProperty("usd_per_gpu_hour") @Nullable BigDecimal usd,
            @Nullable String from) {}

    public PricesDocument {
        prices = List.copyOf(prices);
        options = Map.copyOf(options);
    }

    /** How the nodes of a pool are paid for; as own hardware, where nothing is said of it. */
    public PurchaseOption option(String pool) {
        PurchaseOption others = options.getOrDefault(OTHERS, PurchaseOption.OWN);
        return options.getOrDefault(pool, others);
    }

    /** @throws IllegalArgumentException when it can't be used; says why */
    public static PricesDocument parse(String text) {
        Form form = YamlText.read("price list", text, Form.class);
        if (form == null || form.prices() == null) {
            throw new IllegalArgumentException("the price list has no prices: it needs at least 'prices: []'");
        }
        if (!Price.USD.equals(form.currency())) {
            throw new IllegalArgumentException("the price list's currency is " + form.currency()
                    + ": prices are in USD only; convert them, and say 'currency: USD'");
        }
        List<Price> prices = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Line line : form.prices()) {
            Price price = price(line);
            if (!ids.add(price.id())) {
                throw new IllegalArgumentException("there are two prices of " + price.id());
            }
            prices.add(price);
        }
        Map<String, PurchaseOption> options = new HashMap<>();
        if (form.pools() != null) {
            form.pools().forEach((pool, option) -> options.put(pool, way(option)));
        }
        return new PricesDocument(prices, options);
    }

    private static Price price(Line line) {
        String type = line.gpuType();
        BigDecimal usd = line.usd();
        if (type == null || usd == null || line.from() == null) {
            throw new IllegalArgumentException("a price needs gpu_type, option, usd_per_gpu_hour and from");
        }
        long from = instant(line.from());
        PriceKey key = new PriceKey(type, way(line.option()));
        try {
            long micros = usd.movePointRight(MICROS).longValueExact();
            return new Price(
                    type + "/" + key.option() + "/" + Instant.ofEpochMilli(from), key, Price.USD, micros, from, from);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "the price of " + type + " is " + usd.toPlainString() + ": it has at most six decimals", e);
        }
    }

    private static long instant(String text) {
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'" + text + "' is no instant; write it as 2026-03-01T00:00:00Z", e);
        }
    }

    private static PurchaseOption way(@Nullable String text) {
        return Arrays.stream(PurchaseOption.values())
                .filter(option -> option.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + text + "' is no way of paying; there are on_demand, spot, reserved and own"));
    }
}
