#pragma once

#include "core/http/server.h"

#include <memory>
#include <string>

namespace coracle::http {

enum class ParseState { NeedMore, HeaderDone, Complete, Failed };

/// Parses one HTTP/1 request from bytes as they come.
class RequestParser {
public:
    explicit RequestParser(const Limits &limits);
    ~RequestParser();

    /// Takes what it can from the front of the input. HeaderDone is told once; a body comes after it.
    ParseState put(std::string &input);
    /// After Failed: how to answer.
    int failureStatus() const;
    /// From HeaderDone on.
    bool expectsContinue() const;
    /// After Complete.
    bool keepAlive() const;
    int versionMinor() const;
    /// After Complete, once. False: the target is not a valid one.
    bool take(Request &request);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Parses one HTTP/1 response from bytes as they come.
class ResponseParser {
public:
    /// Headers only: the answer to HEAD has no body whatever its fields say.
    enum class Body { Possible, None };
    ResponseParser(size_t headerBytesMax, Body body);
    ~ResponseParser();

    ParseState put(std::string &input);
    /// The peer ended: Complete when the body lasts until the end of the connection, else Failed.
    ParseState putEnd();
    std::string failureText() const;
    int status() const;
    bool keepAlive() const;
    bool bodyDone() const;
    Headers takeHeaders();
    /// What has come of the body since the last call.
    std::string takeBody();
    size_t bodySize() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::http
