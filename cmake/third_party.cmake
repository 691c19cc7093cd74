# Boost compiled once: header-only Asio, Beast and JSON cost seconds in every file otherwise. The
# definitions are public so that no file mixes the two ways.
file(WRITE ${PROJECT_BINARY_DIR}/third_party/json.cpp "#include <boost/json/src.hpp>\n")
if(WIN32)
    set(asio_ssl "")
    set(asio_needs ws2_32 mswsock bcrypt)
else()
    set(asio_ssl "#include <boost/asio/ssl/impl/src.hpp>\n")
    set(asio_needs OpenSSL::SSL)
endif()
file(WRITE ${PROJECT_BINARY_DIR}/third_party/asio.cpp
    "#include <boost/asio/impl/src.hpp>\n${asio_ssl}")

add_library(third_party_json STATIC ${PROJECT_BINARY_DIR}/third_party/json.cpp)
target_link_libraries(third_party_json PUBLIC Boost::headers)
add_library(third_party_asio STATIC ${PROJECT_BINARY_DIR}/third_party/asio.cpp)
target_compile_definitions(third_party_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION)
target_link_libraries(third_party_asio PUBLIC Boost::headers ${asio_needs} Threads::Threads)
if(NOT WIN32)
    file(WRITE ${PROJECT_BINARY_DIR}/third_party/beast.cpp "#include <boost/beast/src.hpp>\n")
    add_library(third_party_beast STATIC ${PROJECT_BINARY_DIR}/third_party/beast.cpp)
    target_compile_definitions(third_party_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
    target_link_libraries(third_party_beast PUBLIC third_party_asio)
endif()

# One precompiled header for everything that is not Asio, Beast or Qt.
set(precompiled_headers
    <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <set> <span>
    <string> <string_view> <tuple> <utility> <variant> <vector>
    <boost/json/value.hpp> <boost/json/parse.hpp> <boost/json/serialize.hpp>
    <boost/outcome/basic_result.hpp> <boost/outcome/policy/terminate.hpp>)
add_library(precompiled_flags INTERFACE)
if(OBD_PRECOMPILE)
    file(WRITE ${PROJECT_BINARY_DIR}/third_party/precompiled.cpp "")
    add_library(precompiled STATIC ${PROJECT_BINARY_DIR}/third_party/precompiled.cpp)
    target_link_libraries(precompiled PUBLIC Boost::headers PRIVATE strict)
    target_precompile_headers(precompiled PRIVATE ${precompiled_headers})
endif()
