package io.millrace.cost.domain.prices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class PriceBookTest {

    private static final PriceKey H100 = new PriceKey("H100", PurchaseOption.ON_DEMAND);
    private static final PriceKey H100_SPOT = new PriceKey("H100", PurchaseOption.SPOT);

    private static Price price(String id, long micros, long effectiveAt, long publishedAt) {
        return new Price(id, H100, "USD", micros, effectiveAt, publishedAt);
    }

    @Test
    void shouldCutAnIntervalAtEachChange() {
        PriceBook book = new PriceBook();
        Price first = price("a", 2_000_000, 100, 0);
        Price second = price("b", 3_000_000, 200, 0);
        book.publish(second);
        book.publish(first);

        assertThat(book.pieces(H100, 150, 250, 1_000))
                .containsExactly(new PricePiece(150, 200, first), new PricePiece(200, 250, second));
        assertThat(book.pieces(H100, 200, 250, 1_000)).containsExactly(new PricePiece(200, 250, second));
        assertThat(book.pieces(H100, 150, 200, 1_000)).containsExactly(new PricePiece(150, 200, first));
        assertThat(book.pieces(H100, 150, 150, 1_000)).isEmpty();
    }

    @Test
    void shouldSayWhereNoPriceIsKnown() {
        PriceBook book = new PriceBook();
        Price first = price("a", 2_000_000, 100, 0);
        book.publish(first);

        assertThat(book.pieces(H100, 50, 150, 1_000))
                .containsExactly(new PricePiece(50, 100, null), new PricePiece(100, 150, first));
        assertThat(book.pieces(H100_SPOT, 50, 150, 1_000)).containsExactly(new PricePiece(50, 150, null));
    }

    @Test
    void shouldTellWhatWasKnownThenFromWhatIsKnownNow() {
        PriceBook book = new PriceBook();
        Price first = price("a", 2_000_000, 0, 0);
        Price later = price("b", 4_000_000, 200, 0);
        Price restated = price("c", 1_000_000, 100, 500);
        book.publish(first);
        book.publish(later);
        book.publish(restated);

        assertThat(book.pieces(H100, 50, 250, 499))
                .containsExactly(new PricePiece(50, 200, first), new PricePiece(200, 250, later));
        assertThat(book.pieces(H100, 50, 250, 500))
                .containsExactly(
                        new PricePiece(50, 100, first),
                        new PricePiece(100, 200, restated),
                        new PricePiece(200, 250, later));
        assertThat(book.changedFrom(0, 500)).hasValue(100);
        assertThat(book.changedFrom(500, 900)).isEmpty();
    }

    @Test
    void shouldLetTheLaterPublishedOfTheSameInstantHold() {
        PriceBook book = new PriceBook();
        Price wrong = price("z", 9_000_000, 100, 10);
        Price right = price("a", 2_000_000, 100, 20);
        book.publish(right);
        book.publish(wrong);

        assertThat(book.pieces(H100, 100, 200, 15)).containsExactly(new PricePiece(100, 200, wrong));
        assertThat(book.pieces(H100, 100, 200, 20)).containsExactly(new PricePiece(100, 200, right));
    }

    @Test
    void shouldTakeEachPublicationOnce() {
        PriceBook book = new PriceBook();
        assertThat(book.publish(price("a", 2_000_000, 100, 10))).isTrue();
        assertThat(book.publish(price("a", 2_000_000, 100, 10))).isFalse();
        assertThat(book.pieces(H100, 100, 200, 15)).hasSize(1);
    }

    @Test
    void shouldRefuseOtherCurrenciesAndNegativePrices() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Price("p7", H100, "EUR", 1, 0, 0))
                .withMessage("price p7 is in EUR: prices are in USD only, convert it first");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> price("p8", -1, 0, 0))
                .withMessage("price p8 is negative: -1 micro-dollars per GPU hour");
        assertThatIllegalArgumentException().isThrownBy(() -> new PriceKey(" ", PurchaseOption.OWN));
    }

    /** Each instant's price, looked up one by one, is that of the piece it lies in, whatever the order of publication. */
    @Test
    void shouldFindEachInstantsPrice() {
        SeededRandom random = SeededRandom.of("PriceBookTest.shouldFindEachInstantsPrice");
        for (int round = 0; round < 200; round++) {
            List<Price> all = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                all.add(price("p" + i, random.nextInt(5), random.nextInt(60), random.nextInt(60)));
            }
            Collections.shuffle(all, random);
            PriceBook book = new PriceBook();
            all.forEach(book::publish);
            all.forEach(book::publish);
            int asOf = random.nextInt(60);
            long next = 5;
            for (PricePiece piece : book.pieces(H100, 5, 55, asOf)) {
                assertThat(piece.from()).isEqualTo(next);
                assertThat(piece.ms()).isPositive();
                for (long at = piece.from(); at < piece.to(); at++) {
                    long instant = at;
                    assertThat(piece.price())
                            .isEqualTo(all.stream()
                                    .filter(price -> price.effectiveAt() <= instant && price.publishedAt() <= asOf)
                                    .max(Comparator.comparingLong(Price::effectiveAt)
                                            .thenComparingLong(Price::publishedAt)
                                            .thenComparing(Price::id))
                                    .orElse(null));
                }
                next = piece.to();
            }
            assertThat(next).isEqualTo(55);
        }
    }
}
