#include "clusterd/datastore/sqlite_connection.h"

#include <algorithm>
#include <fmt/format.h>
#include <sqlite3.h>

namespace coracle::datastore {

namespace {

constexpr int kBusyTimeoutMs = 10000;
constexpr int kCopiedPages = 256; // at a time: 1 MiB

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt *statement) const {
    sqlite3_finalize(statement);
}

Query::~Query() {
    sqlite3_reset(m_statement.m_handle.get());
    if (m_bound > 0)
        sqlite3_clear_bindings(m_statement.m_handle.get());
}

Query &Query::bind(int64_t value) {
    if (int code = sqlite3_bind_int64(m_statement.m_handle.get(), ++m_bound, value); code != SQLITE_OK)
        m_error = code;
    return *this;
}

Query &Query::bindText(std::string_view text) {
    if (int code = sqlite3_bind_text64(m_statement.m_handle.get(), ++m_bound, text.data() ? text.data() : "",
                                       text.size(), SQLITE_STATIC, SQLITE_UTF8);
        code != SQLITE_OK)
        m_error = code;
    return *this;
}

Query &Query::bindBlob(std::string_view bytes) {
    if (int code = sqlite3_bind_blob64(m_statement.m_handle.get(), ++m_bound, bytes.data() ? bytes.data() : "",
                                       bytes.size(), SQLITE_STATIC);
        code != SQLITE_OK)
        m_error = code;
    return *this;
}

Query &Query::bindNull() {
    if (int code = sqlite3_bind_null(m_statement.m_handle.get(), ++m_bound); code != SQLITE_OK)
        m_error = code;
    return *this;
}

Result<bool> Query::next() {
    if (m_error != 0)
        return m_statement.m_connection->failure(m_error);
    switch (int code = sqlite3_step(m_statement.m_handle.get())) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        return m_statement.m_connection->failure(code);
    }
}

Result<> Query::run() {
    for (;;) {
        TRY(const bool row, next());
        if (!row)
            return {};
    }
}

int64_t Query::integer(int column) const {
    return sqlite3_column_int64(m_statement.m_handle.get(), column);
}

bool Query::null(int column) const {
    return sqlite3_column_type(m_statement.m_handle.get(), column) == SQLITE_NULL;
}

std::string_view Query::bytes(int column) const {
    sqlite3_stmt *handle = m_statement.m_handle.get();
    const auto *data = static_cast<const char *>(sqlite3_column_blob(handle, column));
    const int size = sqlite3_column_bytes(handle, column);
    return data ? std::string_view(data, static_cast<size_t>(size)) : std::string_view();
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string &path, const std::string &vfs) {
    std::unique_ptr<Connection> connection(new Connection(path));
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &connection->m_handle, flags, vfs.empty() ? nullptr : vfs.c_str());
    if (code != SQLITE_OK)
        return connection->failure(code);
    sqlite3_extended_result_codes(connection->m_handle, 1);
    // Another connection of this process only ever holds a lock for moments; other processes are kept out.
    sqlite3_busy_timeout(connection->m_handle, kBusyTimeoutMs);
    sqlite3_wal_hook(connection->m_handle, &Connection::onCommit, connection.get());
    TRY(connection->m_beginRead, connection->prepare("BEGIN"));
    TRY(connection->m_beginWrite, connection->prepare("BEGIN IMMEDIATE"));
    TRY(connection->m_commit, connection->prepare("COMMIT"));
    return connection;
}

Connection::~Connection() {
    m_beginRead = {};
    m_beginWrite = {};
    m_commit = {};
    sqlite3_close_v2(m_handle);
}

int Connection::onCommit(void *self, sqlite3 *, const char *, int frames) {
    static_cast<Connection *>(self)->m_walFrames = frames;
    return SQLITE_OK;
}

Result<Statement> Connection::prepare(std::string_view sql) {
    sqlite3_stmt *handle = nullptr;
    const int code = sqlite3_prepare_v3(m_handle, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &handle, nullptr);
    if (code != SQLITE_OK)
        return failure(code);
    Statement statement;
    statement.m_connection = this;
    statement.m_handle.reset(handle);
    return statement;
}

Result<> Connection::execute(const std::string &sql) {
    const int code = sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return failure(code);
    return {};
}

Result<int64_t> Connection::integer(const std::string &sql) {
    TRY(Statement statement, prepare(sql));
    Query query(statement);
    TRY(const bool row, query.next());
    return row ? query.integer(0) : 0;
}

Result<> Connection::begin(bool write) {
    return Query(write ? m_beginWrite : m_beginRead).run();
}

Result<> Connection::commit() {
    return Query(m_commit).run();
}

void Connection::rollback() {
    if (sqlite3_get_autocommit(m_handle) == 0)
        sqlite3_exec(m_handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

int64_t Connection::changes() const {
    return sqlite3_changes64(m_handle);
}

Result<Connection::Checkpoint> Connection::checkpoint(LogFile file) {
    Checkpoint done;
    const int mode = file == LogFile::Emptied ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    sqlite3_busy_timeout(m_handle, 0);
    const int code = sqlite3_wal_checkpoint_v2(m_handle, nullptr, mode, &done.frames, &done.copied);
    sqlite3_busy_timeout(m_handle, kBusyTimeoutMs);
    if (code == SQLITE_OK && file == LogFile::Emptied)
        m_walFrames = 0;
    // Busy: a checkpoint runs on the other connection; the next one finds what is left.
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        return failure(code);
    return done;
}

Result<> Connection::copyTo(Connection &target, const std::function<bool(double)> &goOn) {
    // The snapshot of an open transaction: without one, the copy would begin anew with each write that comes between.
    CHECK(begin(false));
    auto copy = [&]() -> Result<> {
        CHECK(integer("SELECT COUNT(*) FROM sqlite_schema"));
        sqlite3_backup *backup = sqlite3_backup_init(target.m_handle, "main", m_handle, "main");
        if (!backup)
            return target.failure(sqlite3_errcode(target.m_handle));
        int code = SQLITE_OK;
        bool wanted = true;
        while (code == SQLITE_OK && wanted) {
            code = sqlite3_backup_step(backup, kCopiedPages);
            const int pages = std::max(sqlite3_backup_pagecount(backup), 1);
            wanted = goOn(1.0 - double(sqlite3_backup_remaining(backup)) / pages);
        }
        sqlite3_backup_finish(backup);
        if (code != SQLITE_OK && code != SQLITE_DONE)
            return target.failure(code);
        if (code != SQLITE_DONE)
            return errors::other("the copy was cancelled");
        return {};
    };
    auto copied = copy();
    rollback();
    return copied;
}

Failure Connection::failure(int code) const {
    std::string_view cause = m_handle ? sqlite3_errmsg(m_handle) : sqlite3_errstr(code);
    std::string_view mend;
    switch (code & 0xff) {
    case SQLITE_FULL:
        cause = "no space is left";
        mend = "nothing was written; free space on its file system and try again";
        break;
    case SQLITE_READONLY:
        cause = "it cannot be written to";
        mend = "check the permissions of the file and its folder and that the file system is mounted read-write";
        break;
    case SQLITE_IOERR:
        mend = "nothing was written; check the disk (the kernel's log says more)";
        break;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        mend = "check that the folder is there and belongs to this user";
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        mend = "the file is damaged or no datastore; restore it from a snapshot";
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        mend = "another program has it open; end that program";
        break;
    default:
        mend = "try again";
    }
    return errors::internal(fmt::format("datastore {}: {} (SQLite error {}); {}", m_path, cause, code, mend));
}

} // namespace coracle::datastore
