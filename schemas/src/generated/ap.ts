// Made by `npm run openapi` from openapi/ap.json.

export interface paths {
    "/api/devices/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Trade a claim code for a device and its key, which is shown only this once */
        post: operations["claimDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List one's own API keys */
        get: operations["listApiKeys"];
        put?: never;
        /** Create an API key, which is shown only this once */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a claim code, which devices trade for a key within 15 minutes */
        post: operations["createClaim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create another key of a device, to replace the first; two may be valid */
        post: operations["createDeviceKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List or search devices by name, label and state */
        get: operations["listDevices"];
        put?: never;
        /** Create a device and its first key, which is shown only this once */
        post: operations["createDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke one of one's own API keys and end its connections */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/keys/{keyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a key of a device and end its connections */
        delete: operations["revokeDeviceKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a device and the ids of its keys */
        get: operations["getDevice"];
        put?: never;
        post?: never;
        /** Delete a device with its keys and end its connections; what it sent stays in the history */
        delete: operations["deleteDevice"];
        options?: never;
        head?: never;
        /** Rename, label, disable or enable a device; renaming and disabling end its connections */
        patch: operations["changeDevice"];
        trace?: never;
    };
    "/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of one's own sign-ins, its access tokens and its connections */
        delete: operations["endSession"];
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
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List one's own sign-ins */
        get: operations["listSessions"];
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
    "/api/devices/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report which devices a service saw, and which connected or disconnected */
        post: operations["reportDevices"];
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
    "/api/keys/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Verify keys for a service, by the hashes of their secrets */
        post: operations["verifyKeys"];
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
        ApiKey: {
            /** @description Id of the key */
            id: string;
            name: string;
            scopes: ("data:read" | "data:write" | "subscriptions" | "devices")[];
            created_at: string;
            expires_at: string | null;
            last_used_at: string | null;
        };
        Device: {
            /** @description Id of the device */
            id: number;
            /** @description Name of the device, unique in the account; its `device_id` */
            name: string;
            /** @description At most 32 labels */
            labels: {
                [key: string]: string;
            };
            created_at: string;
            last_seen_at: string | null;
            /** @description Whether it has a connection now; a few seconds late */
            connected: boolean;
            /** @description Whether its keys are refused */
            disabled: boolean;
        };
        DeviceWithKeys: {
            /** @description Id of the device */
            id: number;
            /** @description Name of the device, unique in the account; its `device_id` */
            name: string;
            /** @description At most 32 labels */
            labels: {
                [key: string]: string;
            };
            created_at: string;
            last_seen_at: string | null;
            /** @description Whether it has a connection now; a few seconds late */
            connected: boolean;
            /** @description Whether its keys are refused */
            disabled: boolean;
            /** @description Its valid keys, at most two */
            keys: {
                id: string;
                created_at: string;
                last_used_at: string | null;
            }[];
        };
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
        SignIn: {
            /** @description UUID */
            id: string;
            created_at: string;
            /** @description When its tokens were last renewed */
            last_used_at: string;
            /** @description When it ends if its tokens are not renewed */
            expires_at: string;
            /** @description Whether it is the one that asks */
            current: boolean;
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
    claimDevice: {
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
                 *       "code": "K7MPX4QR",
                 *       "name": "greenhouse-1"
                 *     }
                 */
                "application/json": {
                    /** @description The claim code, in any case; dashes and spaces are ignored */
                    code: string;
                    /** @description Name that the device proposes; used where the owner named none, and made unique */
                    name?: string;
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
                     *       "device": {
                     *         "id": 12,
                     *         "name": "attic-pi",
                     *         "labels": {
                     *           "room": "attic"
                     *         },
                     *         "created_at": "2026-01-31T08:15:00.000Z",
                     *         "last_seen_at": "2026-01-31T08:20:00.000Z",
                     *         "connected": true,
                     *         "disabled": false
                     *       },
                     *       "key": "mot_d_k3v9x0q2m7ab_Zq4…",
                     *       "producer_id": 7
                     *     }
                     */
                    "application/json": {
                        device: components["schemas"]["Device"];
                        /** @description The device key, `mot_d_…`: shown only this once */
                        key: string;
                        /** @description User id */
                        producer_id: number;
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
            /** @description `MOT_AP_CLAIM_INVALID`: Invalid claim code */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_claim_invalid",
                     *       "title": "Invalid claim code",
                     *       "status": 404,
                     *       "detail": "Invalid claim code",
                     *       "code": "MOT_AP_CLAIM_INVALID",
                     *       "request_id": "0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `MOT_AP_TOO_MANY_DEVICES`: Too many devices */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_too_many_devices",
                     *       "title": "Too many devices",
                     *       "status": 409,
                     *       "detail": "Too many devices",
                     *       "code": "MOT_AP_TOO_MANY_DEVICES",
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
    listApiKeys: {
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
                     *       "items": [
                     *         {
                     *           "id": "r8s1t5u2w6yz",
                     *           "name": "spreadsheet",
                     *           "scopes": [
                     *             "data:read"
                     *           ],
                     *           "created_at": "2026-01-31T08:15:00.000Z",
                     *           "expires_at": null,
                     *           "last_used_at": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        items: components["schemas"]["ApiKey"][];
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
    createApiKey: {
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
                 *       "name": "spreadsheet",
                 *       "scopes": [
                 *         "data:read"
                 *       ]
                 *     }
                 */
                "application/json": {
                    name: string;
                    scopes: ("data:read" | "data:write" | "subscriptions" | "devices")[];
                    /**
                     * Format: date-time
                     * @description RFC 3339 date and time
                     */
                    expires_at?: string;
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
                     *       "api_key": {
                     *         "id": "r8s1t5u2w6yz",
                     *         "name": "spreadsheet",
                     *         "scopes": [
                     *           "data:read"
                     *         ],
                     *         "created_at": "2026-01-31T08:15:00.000Z",
                     *         "expires_at": null,
                     *         "last_used_at": null
                     *       },
                     *       "key": "mot_k_r8s1t5u2w6yz_b7T…"
                     *     }
                     */
                    "application/json": {
                        api_key: components["schemas"]["ApiKey"];
                        /** @description The API key, `mot_k_…`: shown only this once */
                        key: string;
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
            /** @description `MOT_AP_TOO_MANY_KEYS`: Too many keys */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_too_many_keys",
                     *       "title": "Too many keys",
                     *       "status": 409,
                     *       "detail": "Too many keys",
                     *       "code": "MOT_AP_TOO_MANY_KEYS",
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
    createClaim: {
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
                 *       "name": "greenhouse",
                 *       "uses": 20
                 *     }
                 */
                "application/json": {
                    /** @description Name of the device; with several uses, its beginning */
                    name?: string;
                    /**
                     * @description How many devices may use the code
                     * @default 1
                     */
                    uses?: number;
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
                     *       "code": "K7MPX4QR",
                     *       "expires_at": "2026-01-31T08:30:00.000Z",
                     *       "uses": 20
                     *     }
                     */
                    "application/json": {
                        /** @description Eight letters and digits; a device trades it for its key */
                        code: string;
                        expires_at: string;
                        uses: number;
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
            /** @description `MOT_AP_TOO_MANY_CLAIMS`: Too many claim codes */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_too_many_claims",
                     *       "title": "Too many claim codes",
                     *       "status": 409,
                     *       "detail": "Too many claim codes",
                     *       "code": "MOT_AP_TOO_MANY_CLAIMS",
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
    createDeviceKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the device
                 * @example 12
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "k3v9x0q2m7ab",
                     *       "key": "mot_d_k3v9x0q2m7ab_Zq4…",
                     *       "created_at": "2026-01-31T08:15:00.000Z"
                     *     }
                     */
                    "application/json": {
                        id: string;
                        /** @description The device key, `mot_d_…`: shown only this once */
                        key: string;
                        created_at: string;
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
            /** @description `MOT_AP_TOO_MANY_KEYS`: Too many keys */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_too_many_keys",
                     *       "title": "Too many keys",
                     *       "status": 409,
                     *       "detail": "Too many keys",
                     *       "code": "MOT_AP_TOO_MANY_KEYS",
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
    listDevices: {
        parameters: {
            query?: {
                /** @description Part of a device name */
                q?: string;
                /** @description A label that the device has, `name` or `name=value` */
                label?: string;
                /** @description Only devices in this state; disabled ones are in no other */
                state?: "connected" | "disconnected" | "disabled";
                /** @description For administrators: the producer whose devices are listed */
                user_id?: number;
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
                     *           "id": 12,
                     *           "name": "attic-pi",
                     *           "labels": {
                     *             "room": "attic"
                     *           },
                     *           "created_at": "2026-01-31T08:15:00.000Z",
                     *           "last_seen_at": "2026-01-31T08:20:00.000Z",
                     *           "connected": true,
                     *           "disabled": false
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        items: components["schemas"]["Device"][];
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
    createDevice: {
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
                 *       "name": "attic-pi",
                 *       "labels": {
                 *         "room": "attic"
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description Name of the device, unique in the account; its `device_id` */
                    name: string;
                    /** @description At most 32 labels */
                    labels?: {
                        [key: string]: string;
                    };
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
                     *       "device": {
                     *         "id": 12,
                     *         "name": "attic-pi",
                     *         "labels": {
                     *           "room": "attic"
                     *         },
                     *         "created_at": "2026-01-31T08:15:00.000Z",
                     *         "last_seen_at": "2026-01-31T08:20:00.000Z",
                     *         "connected": true,
                     *         "disabled": false
                     *       },
                     *       "key": "mot_d_k3v9x0q2m7ab_Zq4…"
                     *     }
                     */
                    "application/json": {
                        device: components["schemas"]["Device"];
                        /** @description The device key, `mot_d_…`: shown only this once */
                        key: string;
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
            /** @description `MOT_AP_DEVICE_EXISTS`: Device name already taken; `MOT_AP_TOO_MANY_DEVICES`: Too many devices */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_device_exists",
                     *       "title": "Device name already taken",
                     *       "status": 409,
                     *       "detail": "Device name already taken",
                     *       "code": "MOT_AP_DEVICE_EXISTS",
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
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the key
                 * @example r8s1t5u2w6yz
                 */
                id: string;
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
    revokeDeviceKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the device
                 * @example 12
                 */
                id: number;
                /**
                 * @description Id of the key
                 * @example k3v9x0q2m7ab
                 */
                keyId: string;
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
    getDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the device
                 * @example 12
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
                     *       "id": 12,
                     *       "name": "attic-pi",
                     *       "labels": {
                     *         "room": "attic"
                     *       },
                     *       "created_at": "2026-01-31T08:15:00.000Z",
                     *       "last_seen_at": "2026-01-31T08:20:00.000Z",
                     *       "connected": true,
                     *       "disabled": false,
                     *       "keys": [
                     *         {
                     *           "id": "k3v9x0q2m7ab",
                     *           "created_at": "2026-01-31T08:15:00.000Z",
                     *           "last_used_at": "2026-01-31T08:20:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceWithKeys"];
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
    deleteDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the device
                 * @example 12
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
    changeDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the device
                 * @example 12
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "disabled": true
                 *     }
                 */
                "application/json": {
                    /** @description Name of the device, unique in the account; its `device_id` */
                    name?: string;
                    /** @description At most 32 labels */
                    labels?: {
                        [key: string]: string;
                    };
                    disabled?: boolean;
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
                     *       "id": 12,
                     *       "name": "attic-pi",
                     *       "labels": {
                     *         "room": "attic"
                     *       },
                     *       "created_at": "2026-01-31T08:15:00.000Z",
                     *       "last_seen_at": "2026-01-31T08:20:00.000Z",
                     *       "connected": true,
                     *       "disabled": false
                     *     }
                     */
                    "application/json": components["schemas"]["Device"];
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
            /** @description `MOT_AP_DEVICE_EXISTS`: Device name already taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_device_exists",
                     *       "title": "Device name already taken",
                     *       "status": 409,
                     *       "detail": "Device name already taken",
                     *       "code": "MOT_AP_DEVICE_EXISTS",
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
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description UUID
                 * @example 8f14e45f-ceea-467f-a0e6-3f1b2c4d5e6f
                 */
                id: string;
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
    listSessions: {
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
                     *       "items": [
                     *         {
                     *           "id": "8f14e45f-ceea-467f-a0e6-3f1b2c4d5e6f",
                     *           "created_at": "2026-01-31T08:15:00.000Z",
                     *           "last_used_at": "2026-01-31T09:10:00.000Z",
                     *           "expires_at": "2026-02-07T09:10:00.000Z",
                     *           "current": true
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        items: components["schemas"]["SignIn"][];
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
                    /** @description End the other sessions of the user, for one who may have no more of them */
                    end_others?: boolean;
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
            /** @description `MOT_AP_TOO_MANY_SESSIONS`: Too many sessions */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/docs/errors.md#mot_ap_too_many_sessions",
                     *       "title": "Too many sessions",
                     *       "status": 409,
                     *       "detail": "Too many sessions",
                     *       "code": "MOT_AP_TOO_MANY_SESSIONS",
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
    reportDevices: {
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
                 *       "instance": "1c9d0f6e-52c1-4f0e-9f8b-6a7d1b2c3e4f",
                 *       "seen": [
                 *         "key:k3v9x0q2m7ab:0"
                 *       ],
                 *       "opened": [
                 *         "key:k3v9x0q2m7ab:0"
                 *       ],
                 *       "closed": []
                 *     }
                 */
                "application/json": {
                    /** @description UUID */
                    instance: string;
                    seen: string[];
                    opened: string[];
                    closed: string[];
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
                     *       "known": true
                     *     }
                     */
                    "application/json": {
                        known: boolean;
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
                    service: "sm" | "dsm" | "wss1" | "wss2" | "mqtt";
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
                        /** @description From then on it has to be verified again */
                        expires_at: string;
                        key?: {
                            /** @description Id of the key */
                            id: string;
                            /** @enum {string} */
                            kind: "device" | "api";
                            scopes: ("data:read" | "data:write" | "subscriptions" | "devices")[];
                            device_id: string | null;
                        };
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
                        /** @description From then on it has to be verified again */
                        expires_at: string;
                        key?: {
                            /** @description Id of the key */
                            id: string;
                            /** @enum {string} */
                            kind: "device" | "api";
                            scopes: ("data:read" | "data:write" | "subscriptions" | "devices")[];
                            device_id: string | null;
                        };
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
    verifyKeys: {
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
                 *       "keys": [
                 *         {
                 *           "id": "k3v9x0q2m7ab",
                 *           "kind": "device",
                 *           "secret_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    keys: {
                        /** @description Id of the key */
                        id: string;
                        /** @enum {string} */
                        kind: "device" | "api";
                        secret_sha256: string;
                    }[];
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
                     *       "results": [
                     *         {
                     *           "sid": "key:k3v9x0q2m7ab:0",
                     *           "user": {
                     *             "id": 7,
                     *             "username": "ann",
                     *             "device_id": "attic-pi",
                     *             "created_at": "2026-01-31T08:15:00.000Z",
                     *             "role": "producer"
                     *           },
                     *           "key": {
                     *             "id": "k3v9x0q2m7ab",
                     *             "kind": "device",
                     *             "scopes": [
                     *               "data:write"
                     *             ],
                     *             "device_id": "attic-pi"
                     *           },
                     *           "expires_at": "2026-02-01T08:15:00.000Z"
                     *         },
                     *         {
                     *           "code": "MOT_TOKEN_REVOKED"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        results: ({
                            /** @description What a revocation of the key names; changes with the device */
                            sid: string;
                            user: components["schemas"]["User"];
                            key: {
                                /** @description Id of the key */
                                id: string;
                                /** @enum {string} */
                                kind: "device" | "api";
                                scopes: ("data:read" | "data:write" | "subscriptions" | "devices")[];
                                device_id: string | null;
                            };
                            /** @description From then on the answer is void; at most 24 h ahead */
                            expires_at: string;
                        } | {
                            /** @enum {string} */
                            code: "MOT_UNAUTHORIZED" | "MOT_TOKEN_EXPIRED" | "MOT_TOKEN_REVOKED";
                        })[];
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
}
