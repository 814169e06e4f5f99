package io.millrace.tracker.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tracker's tables, in H2 or PostgreSQL. What is in them comes from the log and belongs to it: tables of another
 * form, or of another broker's log, are dropped and begin empty.
 */
public final class Database implements AutoCloseable {

    /** What is done in one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Transaction transaction) throws SQLException;
    }

    /** What is looked for in one transaction. */
    @FunctionalInterface
    public interface Lookup<T> {
        @Nullable
        T in(Transaction transaction) throws SQLException;
    }

    /**
     * Where it is.
     *
     * @param url as JDBC names it
     * @param connections how many transactions may go on at once
     */
    public record Place(
            String url, @Nullable String user, @Nullable String password, int connections) {}

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final String SCHEMA = "tracker";
    private static final String H2 = "jdbc:h2:";
    // Names as PostgreSQL has them; statements are parsed once; a lock is waited for longer than a broker is.
    private static final String H2_SETTINGS = ";DATABASE_TO_LOWER=TRUE;DB_CLOSE_ON_EXIT=FALSE;QUERY_CACHE_SIZE=128"
            + ";LOCK_TIMEOUT=30000;CACHE_SIZE=65536;DB_CLOSE_DELAY=-1";
    private static final long CONNECTION_PATIENCE_MS = 30_000;

    private final HikariDataSource pool;
    private final boolean embedded;
    private final @Nullable H2File file;

    private Database(HikariDataSource pool, boolean embedded, @Nullable H2File file) {
        this.pool = pool;
        this.embedded = embedded;
        this.file = file;
    }

    /**
     * Opens it, with the tables as this version of the tracker has them.
     *
     * @param log which log they are built from: the id of the broker's cluster
     */
    public static Database open(Place place, String log) {
        H2File file = H2File.of(place.url());
        if (file == null) {
            return open(place, log, null);
        }
        if (file.isKnownToBeDamaged()) {
            file.putAside();
        }
        try {
            // A file that can't be opened is found out at once; the pool would try for long.
            DriverManager.getConnection(place.url() + H2_SETTINGS, user(place), password(place))
                    .close();
            return open(place, log, file);
        } catch (SQLException | RuntimeException e) {
            if (!H2File.isDamage(e)) {
                throw new DatabaseException("can't open the database " + place.url() + ": " + e.getMessage(), e);
            }
            file.putAside();
            return open(place, log, file);
        }
    }

    private static String user(Place place) {
        return place.user() == null ? "tracker" : place.user();
    }

    private static String password(Place place) {
        return place.password() == null ? "" : place.password();
    }

    private static Database open(Place place, String log, @Nullable H2File file) {
        boolean embedded = place.url().startsWith(H2);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(embedded ? place.url() + H2_SETTINGS : place.url());
        config.setUsername(embedded ? user(place) : place.user());
        config.setPassword(embedded ? password(place) : place.password());
        config.setMaximumPoolSize(place.connections());
        config.setConnectionTimeout(CONNECTION_PATIENCE_MS);
        config.setInitializationFailTimeout(CONNECTION_PATIENCE_MS);
        config.setAutoCommit(false);
        config.setPoolName("tracker");
        config.setConnectionInitSql(
                embedded
                        ? "CREATE SCHEMA IF NOT EXISTS " + SCHEMA + " AUTHORIZATION tracker; SET SCHEMA " + SCHEMA
                        : "CREATE SCHEMA IF NOT EXISTS " + SCHEMA + "; SET search_path TO " + SCHEMA);
        HikariDataSource pool = new HikariDataSource(config);
        Database database = new Database(pool, embedded, file);
        try {
            database.prepare(log);
        } catch (SQLException e) {
            pool.close();
            throw new DatabaseException("can't make the tables", e);
        }
        return database;
    }

    /** Whether it lives in this process. */
    public boolean embedded() {
        return embedded;
    }

    private void prepare(String log) throws SQLException {
        List<String> tables = Tables.statements(embedded);
        String version = sha256(String.join("\n", tables) + "\n" + Tables.MEANING + "\n" + log);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            String present = version(connection);
            if (version.equals(present)) {
                return;
            }
            if (present != null) {
                LOG.info("the tables are of another form or another log: they are dropped and built again");
            }
            statement.execute("DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
            statement.execute("CREATE SCHEMA " + SCHEMA);
            statement.execute(embedded ? "SET SCHEMA " + SCHEMA : "SET search_path TO " + SCHEMA);
            for (String table : tables) {
                statement.execute(table);
            }
            statement.execute("INSERT INTO built_as (version) VALUES ('" + version + "')");
            connection.commit();
        }
        pool.getHikariPoolMXBean().softEvictConnections();
    }

    private static @Nullable String version(Connection connection) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, SCHEMA, "built_as", null)) {
            if (!tables.next()) {
                return null;
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT version FROM built_as")) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /**
     * Does something in a transaction of its own, wholly or not at all.
     *
     * @throws DatabaseException when the database fails
     */
    public <T> T transaction(Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            try (Transaction transaction = new Transaction(connection)) {
                T result = work.in(transaction);
                transaction.flush();
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Reads; nothing that it does is kept. */
    public <T> T reading(Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            try (Transaction transaction = new Transaction(connection)) {
                return work.in(transaction);
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private DatabaseException failed(SQLException e) {
        if (file != null && H2File.isDamage(e)) {
            file.noteDamage();
        }
        return new DatabaseException(String.valueOf(e.getMessage()), e);
    }

    /** Has the tables be dropped and built again when they are opened next. */
    public void outdate() {
        transaction(transaction -> transaction.update("UPDATE built_as SET version = 'outdated'"));
    }

    /** Looks for something that may not be there. */
    public <T> @Nullable T finding(Lookup<T> lookup) {
        return reading(transaction -> Optional.ofNullable(lookup.in(transaction)))
                .orElse(null);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        if (embedded) {
            // It stays open without connections otherwise, and so would its file.
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SHUTDOWN");
            } catch (SQLException e) {
                LOG.debug("the database was closed already", e);
            }
        }
        pool.close();
    }
}
