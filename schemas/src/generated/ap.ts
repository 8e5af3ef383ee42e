// Made by `npm run openapi` from openapi/ap.json.

export interface paths {
    "/api/consumers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List or search consumers */
        get: operations["listConsumers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Disable a user and end all of its sessions immediately */
        post: operations["disableUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enable a disabled user */
        post: operations["enableUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the public keys that verify access tokens (RFC 7517) */
        get: operations["getJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a session, its access tokens and its connections */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the signed-in user */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change the password and end the user's other sessions */
        put: operations["changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/producers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List or search producers */
        get: operations["listProducers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a new access token; the refresh token is replaced */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register a producer or a consumer */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End all sessions of a user immediately */
        post: operations["revokeUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/service-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get an access token for a service */
        post: operations["getServiceToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a user */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Verify the bearer token and return its user */
        get: operations["verifyBearer"];
        put?: never;
        /** Verify a token and return its user */
        post: operations["verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /**
             * @description URI reference of the problem type: `/docs/errors.md#` and the code in lower case
             * @example /docs/errors.md#mot_bad_input
             */
            type: string;
            title: string;
            status: number;
            /** @description Explanation of this occurrence, for humans */
            detail: string;
            /** @description Stable code of the problem, for programs */
            code: string;
            request_id: string;
            errors?: {
                /** @description JSON Pointer into the input */
                path: string;
                message: string;
            }[];
        };
        Tokens: {
            access_token: string;
            refresh_token: string;
            /** @constant */
            token_type: "Bearer";
            /** @description Lifetime of the access token, in seconds */
            expires_in: number;
            /** @description User id */
            user_id: number;
            user: components["schemas"]["User"];
        };
        User: {
            /** @description User id */
            id: number;
            username: string;
            /** @enum {string} */
            role: "producer" | "consumer" | "admin" | "service";
            device_id: string | null;
            created_at: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listConsumers: {
        parameters: {
            query?: {
                /** @description Part of a username or device name */
                q?: string;
                /**
                 * @description Maximum number of items per page
                 * @example 100
                 */
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": 7,
                     *           "username": "ann",
                     *           "device_id": "attic-pi",
                     *           "created_at": "2026-01-31T08:15:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @description User id */
                            id: number;
                            username: string;
                            device_id: string | null;
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disableUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_NOT_FOUND`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_not_found",
                     *       "title": "Not found",
                     *       "status": 404,
                     *       "detail": "Not found",
                     *       "code": "MOT_NOT_FOUND",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enableUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_NOT_FOUND`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_not_found",
                     *       "title": "Not found",
                     *       "status": 404,
                     *       "detail": "Not found",
                     *       "code": "MOT_NOT_FOUND",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "OKP",
                     *           "crv": "Ed25519",
                     *           "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                     *           "kid": "2b7e1516-28ae-42d2-a6ab-f7158809cf4f",
                     *           "alg": "EdDSA",
                     *           "use": "sig"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        keys: {
                            kty: string;
                            crv: string;
                            x: string;
                            kid: string;
                            alg: string;
                            use: string;
                        }[];
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "username": "ann",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": {
                    username: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl",
                     *       "refresh_token": "bxwKUnoeT0OcYtHxqcjgtAAAAAF2ZXJ5LXNlY3JldC1ieXRlcy1vZi1hbi1leGFtcGxlLi4uAAAA",
                     *       "token_type": "Bearer",
                     *       "expires_in": 3600,
                     *       "user_id": 7,
                     *       "user": {
                     *         "id": 7,
                     *         "username": "ann",
                     *         "device_id": "attic-pi",
                     *         "created_at": "2026-01-31T08:15:00.000Z",
                     *         "role": "producer"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_AP_BAD_CREDENTIALS`: Wrong username or password */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_bad_credentials",
                     *       "title": "Wrong username or password",
                     *       "status": 401,
                     *       "detail": "Wrong username or password",
                     *       "code": "MOT_AP_BAD_CREDENTIALS",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_AP_USER_DISABLED`: User disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_user_disabled",
                     *       "title": "User disabled",
                     *       "status": 403,
                     *       "detail": "User disabled",
                     *       "code": "MOT_AP_USER_DISABLED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "bxwKUnoeT0OcYtHxqcjgtAAAAAF2ZXJ5LXNlY3JldC1ieXRlcy1vZi1hbi1leGFtcGxlLi4uAAAA"
                 *     }
                 */
                "application/json": {
                    refresh_token: string;
                };
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_AP_REFRESH_INVALID`: Invalid refresh token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_refresh_invalid",
                     *       "title": "Invalid refresh token",
                     *       "status": 401,
                     *       "detail": "Invalid refresh token",
                     *       "code": "MOT_AP_REFRESH_INVALID",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 7,
                     *       "username": "ann",
                     *       "device_id": "attic-pi",
                     *       "created_at": "2026-01-31T08:15:00.000Z",
                     *       "role": "producer"
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "current_password": "correct horse battery",
                 *       "new_password": "a staple that nobody guesses"
                 *     }
                 */
                "application/json": {
                    current_password: string;
                    new_password: string;
                };
            };
        };
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked; `MOT_AP_BAD_CREDENTIALS`: Wrong username or password */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProducers: {
        parameters: {
            query?: {
                /** @description Part of a username or device name */
                q?: string;
                /**
                 * @description Maximum number of items per page
                 * @example 100
                 */
                limit?: number;
                /** @description `next_cursor` of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": 7,
                     *           "username": "ann",
                     *           "device_id": "attic-pi",
                     *           "created_at": "2026-01-31T08:15:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @description User id */
                            id: number;
                            username: string;
                            device_id: string | null;
                            created_at: string;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "bxwKUnoeT0OcYtHxqcjgtAAAAAF2ZXJ5LXNlY3JldC1ieXRlcy1vZi1hbi1leGFtcGxlLi4uAAAA"
                 *     }
                 */
                "application/json": {
                    refresh_token: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl",
                     *       "refresh_token": "bxwKUnoeT0OcYtHxqcjgtAAAAAF2ZXJ5LXNlY3JldC1ieXRlcy1vZi1hbi1leGFtcGxlLi4uAAAA",
                     *       "token_type": "Bearer",
                     *       "expires_in": 3600,
                     *       "user_id": 7,
                     *       "user": {
                     *         "id": 7,
                     *         "username": "ann",
                     *         "device_id": "attic-pi",
                     *         "created_at": "2026-01-31T08:15:00.000Z",
                     *         "role": "producer"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_AP_REFRESH_INVALID`: Invalid refresh token; `MOT_AP_REFRESH_REUSED`: Refresh token already used */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_refresh_invalid",
                     *       "title": "Invalid refresh token",
                     *       "status": 401,
                     *       "detail": "Invalid refresh token",
                     *       "code": "MOT_AP_REFRESH_INVALID",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "username": "ann",
                 *       "password": "correct horse battery",
                 *       "role": "producer",
                 *       "device_id": "attic-pi"
                 *     }
                 */
                "application/json": {
                    /** @description Unique, case-insensitive */
                    username: string;
                    password: string;
                    /** @enum {string} */
                    role: "producer" | "consumer";
                    /** @description Device name */
                    device_id?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": {
                     *         "id": 7,
                     *         "username": "ann",
                     *         "device_id": "attic-pi",
                     *         "created_at": "2026-01-31T08:15:00.000Z",
                     *         "role": "producer"
                     *       }
                     *     }
                     */
                    "application/json": {
                        user: components["schemas"]["User"];
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_AP_USERNAME_TAKEN`: Username already taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_username_taken",
                     *       "title": "Username already taken",
                     *       "status": 409,
                     *       "detail": "Username already taken",
                     *       "code": "MOT_AP_USERNAME_TAKEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_FORBIDDEN`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_forbidden",
                     *       "title": "Not allowed",
                     *       "status": 403,
                     *       "detail": "Not allowed",
                     *       "code": "MOT_FORBIDDEN",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_NOT_FOUND`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_not_found",
                     *       "title": "Not found",
                     *       "status": 404,
                     *       "detail": "Not found",
                     *       "code": "MOT_NOT_FOUND",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getServiceToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "service": "dsm",
                 *       "secret": "the value of SERVICE_SECRET"
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    service: "sm" | "dsm" | "wss1" | "wss2";
                    secret: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 3600
                     *     }
                     */
                    "application/json": {
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        expires_in: number;
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_AP_BAD_SERVICE_SECRET`: Wrong service name or secret */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_bad_service_secret",
                     *       "title": "Wrong service name or secret",
                     *       "status": 401,
                     *       "detail": "Wrong service name or secret",
                     *       "code": "MOT_AP_BAD_SERVICE_SECRET",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description User id
                 * @example 7
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 7,
                     *       "username": "ann",
                     *       "device_id": "attic-pi",
                     *       "created_at": "2026-01-31T08:15:00.000Z",
                     *       "role": "producer"
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_NOT_FOUND`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_not_found",
                     *       "title": "Not found",
                     *       "status": 404,
                     *       "detail": "Not found",
                     *       "code": "MOT_NOT_FOUND",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyBearer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "valid": true,
                     *       "user": {
                     *         "id": 7,
                     *         "username": "ann",
                     *         "device_id": "attic-pi",
                     *         "created_at": "2026-01-31T08:15:00.000Z",
                     *         "role": "producer"
                     *       },
                     *       "expires_at": "2026-01-31T09:15:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        valid: true;
                        user: components["schemas"]["User"];
                        expires_at: string;
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"
                 *     }
                 */
                "application/json": {
                    token: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "valid": true,
                     *       "user": {
                     *         "id": 7,
                     *         "username": "ann",
                     *         "device_id": "attic-pi",
                     *         "created_at": "2026-01-31T08:15:00.000Z",
                     *         "role": "producer"
                     *       },
                     *       "expires_at": "2026-01-31T09:15:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @enum {boolean} */
                        valid: true;
                        user: components["schemas"]["User"];
                        expires_at: string;
                    };
                };
            };
            /** @description `MOT_BAD_INPUT`: Bad input */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_bad_input",
                     *       "title": "Bad input",
                     *       "status": 400,
                     *       "detail": "Bad input",
                     *       "code": "MOT_BAD_INPUT",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAUTHORIZED`: Not authenticated; `MOT_TOKEN_EXPIRED`: Token expired; `MOT_TOKEN_REVOKED`: Token revoked */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unauthorized",
                     *       "title": "Not authenticated",
                     *       "status": 401,
                     *       "detail": "Not authenticated",
                     *       "code": "MOT_UNAUTHORIZED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_RATE_LIMITED`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_rate_limited",
                     *       "title": "Too many requests",
                     *       "status": 429,
                     *       "detail": "Too many requests",
                     *       "code": "MOT_RATE_LIMITED",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_INTERNAL`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_internal",
                     *       "title": "Internal error",
                     *       "status": 500,
                     *       "detail": "Internal error",
                     *       "code": "MOT_INTERNAL",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_UNAVAILABLE`: Temporarily unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_unavailable",
                     *       "title": "Temporarily unavailable",
                     *       "status": 503,
                     *       "detail": "Temporarily unavailable",
                     *       "code": "MOT_UNAVAILABLE",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
