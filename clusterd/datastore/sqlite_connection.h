#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace coracle::datastore {

class Connection;

/// A prepared statement, kept for the life of its connection and used through Query.
class Statement {
public:
    Statement() = default;

private:
    friend class Connection;
    friend class Query;
    struct Finalize {
        void operator()(sqlite3_stmt *statement) const;
    };

    const Connection *m_connection = nullptr;
    std::unique_ptr<sqlite3_stmt, Finalize> m_handle;
};

/// One run of a statement: bind the parameters in order, then next() or run(). Views bound must live as long as the
/// query. Its end resets the statement, so that no read lock stays behind.
class Query {
public:
    explicit Query(Statement &statement) : m_statement(statement) {}
    Query(const Query &) = delete;
    Query &operator=(const Query &) = delete;
    ~Query();

    Query &bind(int64_t value);
    Query &bindText(std::string_view text);
    Query &bindBlob(std::string_view bytes);
    Query &bindNull();

    /// Steps to the next row; false after the last.
    Result<bool> next();
    /// Runs a statement that has no rows of interest.
    Result<> run();

    int64_t integer(int column) const;
    bool null(int column) const;
    /// Valid until the next step.
    std::string_view bytes(int column) const;

private:
    Statement &m_statement;
    int m_bound = 0;
    int m_error = 0;
};

/// A database handle of the SQLite C API, used by one thread at a time. Errors are Status values that name the file and
/// the mend.
class Connection {
public:
    static Result<std::unique_ptr<Connection>> open(const std::string &path, const std::string &vfs);
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;
    ~Connection();

    Result<Statement> prepare(std::string_view sql);
    /// Runs SQL text without parameters; rows are dropped.
    Result<> execute(const std::string &sql);
    /// The integer in the first column of the first row; 0 when there is none.
    Result<int64_t> integer(const std::string &sql);

    /// Takes the write lock at once (write) or a snapshot at the first read.
    Result<> begin(bool write);
    Result<> commit();
    /// Never fails as far as callers are concerned: SQLite rolls back by itself after the errors that matter.
    void rollback();

    /// Rows that the last statement changed.
    int64_t changes() const;
    /// Pages in the write-ahead log after the last commit.
    int walFrames() const { return m_walFrames; }
    struct Checkpoint {
        int frames = 0; ///< in the log
        int copied = 0; ///< of these, now in the database
    };
    enum class LogFile { Kept, Emptied };
    /// Copies the log into the database without waiting for anybody; its file may then be cut to nothing, where no
    /// reader is in the way.
    Result<Checkpoint> checkpoint(LogFile file = LogFile::Kept);

    /// Copies the database, in one state, into an empty one, with breaks for others in between. `goOn` gets the share
    /// that is copied and ends the copy by false.
    Result<> copyTo(Connection &target, const std::function<bool(double)> &goOn);

    const std::string &path() const { return m_path; }
    Failure failure(int code) const;

private:
    explicit Connection(std::string path) : m_path(std::move(path)) {}
    static int onCommit(void *self, sqlite3 *handle, const char *name, int frames);

    sqlite3 *m_handle = nullptr;
    std::string m_path;
    int m_walFrames = 0;
    Statement m_beginRead, m_beginWrite, m_commit;
};

} // namespace coracle::datastore
