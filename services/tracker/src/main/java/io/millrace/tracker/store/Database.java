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
    private static final String POSTGRESQL = "jdbc:postgresql:";
    // Names as PostgreSQL has them; statements are parsed once; a lock is waited for longer than a broker is.
    private static final String H2_SETTINGS = ";DATABASE_TO_LOWER=TRUE;DB_CLOSE_ON_EXIT=FALSE;QUERY_CACHE_SIZE=128"
            + ";LOCK_TIMEOUT=30000;CACHE_SIZE=65536;DB_CLOSE_DELAY=-1";
    private static final long CONNECTION_PATIENCE_MS = 30_000;
    private static final long PART_OF_MEMORY = 8;

    private final HikariDataSource pool;
    private final Place place;
    private final boolean embedded;
    private final @Nullable H2File file;
    private final MetricColumns columns =
            new MetricColumns(Runtime.getRuntime().maxMemory() / PART_OF_MEMORY / Long.BYTES);

    private Database(HikariDataSource pool, Place place, @Nullable H2File file) {
        this.pool = pool;
        this.place = place;
        this.embedded = embedded(place);
        this.file = file;
    }

    /**
     * Opens it, with the tables as this version of the tracker has them.
     *
     * @param log which log they are built from: the id of the broker's cluster
     */
    public static Database open(Place place, String log) {
        if (!place.url().startsWith(H2) && !place.url().startsWith(POSTGRESQL)) {
            throw new DatabaseException(
                    "millrace.tracker.database.url is '" + shown(place)
                            + "': it has to be jdbc:h2:file:PATH or jdbc:postgresql://HOST:PORT/NAME",
                    null);
        }
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
                throw notOpened(place, e);
            }
            file.putAside();
            return open(place, log, file);
        }
    }

    private static DatabaseException notOpened(Place place, Exception e) {
        return new DatabaseException(
                "can't open the database " + shown(place) + ": " + e.getMessage()
                        + "; millrace.tracker.database.url, .user and .password say where it is and who asks",
                e);
    }

    /** Without what may be secret. */
    private static String shown(Place place) {
        return place.url().replaceAll("[;?].*", "");
    }

    private static boolean embedded(Place place) {
        return place.url().startsWith(H2);
    }

    private static String user(Place place) {
        return place.user() == null ? "tracker" : place.user();
    }

    private static String password(Place place) {
        return place.password() == null ? "" : place.password();
    }

    private static Database open(Place place, String log, @Nullable H2File file) {
        boolean embedded = embedded(place);
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
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (RuntimeException e) {
            shutDown(place);
            throw notOpened(place, e);
        }
        Database database = new Database(pool, place, file);
        try {
            database.prepare(log);
        } catch (SQLException e) {
            database.close();
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
            boolean committed = false;
            Transaction transaction = new Transaction(connection, columns);
            try (transaction) {
                T result = work.in(transaction);
                transaction.flush();
                columns.announce(transaction.changes());
                connection.commit();
                committed = true;
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                rollback(connection, e);
                throw e;
            } finally {
                columns.settle(transaction.changes(), committed);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Reads; nothing that it does is kept. */
    public <T> T reading(Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            try (Transaction transaction = new Transaction(connection, columns)) {
                T result = work.in(transaction);
                connection.rollback();
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                rollback(connection, e);
                throw e;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** What goes wrong now follows from the failure, which is what has to be told. */
    private static void rollback(Connection connection, Throwable failure) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            failure.addSuppressed(e);
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
        // First: while it is open, the pool replaces the connections it loses, and so opens the database again.
        pool.close();
        shutDown(place);
    }

    /** H2 keeps the database and its file open without connections, which is faster; so it has to be told. */
    private static void shutDown(Place place) {
        if (!embedded(place)) {
            return;
        }
        try (Connection connection =
                        DriverManager.getConnection(place.url() + H2_SETTINGS, user(place), password(place));
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        } catch (SQLException e) {
            LOG.debug("the database was closed already", e);
        }
    }
}
